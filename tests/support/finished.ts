import type { Subprocess } from 'bun'

/** What a finished command left. */
export type Finished = { code: number; stdout: string; stderr: string }

/** Reads all that a command says, to its end. */
export async function finished(
  child: Subprocess<'ignore' | undefined, 'pipe', 'pipe'>,
): Promise<Finished> {
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  return { code, stdout, stderr }
}
