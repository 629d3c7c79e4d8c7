import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { Probe } from './escape-probes.ts'

/** A service of the host that no container may reach. */
export async function hostService(): Promise<{ port: number } & AsyncDisposable> {
  const server = createServer((socket) => socket.end('of the host'))
  await new Promise<void>((resolve) => {
    // On every address, of both versions of IP where there are two.
    server.listen(0, resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    port: address.port,
    [Symbol.asyncDispose]: async () => void server.close(),
  }
}

/** Puts the probes into the folder that is the workspace. */
export function writeProbes(workspace: string, probes: readonly Probe[]): void {
  mkdirSync(join(workspace, 'probes'))
  writeFileSync(join(workspace, 'file'), 'of the workspace\n')
  for (const [index, { script }] of probes.entries())
    writeFileSync(join(workspace, 'probes', String(index)), script)
}

/** Runs all probes of the workspace, inside. */
export const PROBE_ALL =
  'i=0; while [ -e /workspace/probes/$i ]; do echo "@@$i"; sh /workspace/probes/$i 2>/dev/null </dev/null; i=$((i+1)); done'

/** What became of a probe. */
export type Judgement = { probe: Probe; isHeld: boolean; result: string }

export function judge(probes: readonly Probe[], output: string): Judgement[] {
  const parts = output.split(/^@@(\d+)\n/m).slice(1)
  const results = new Map(
    Array.from({ length: parts.length / 2 }, (_, index) => [
      Number(parts[index * 2]),
      parts[index * 2 + 1] ?? '',
    ]),
  )
  return probes.map((probe, index) => {
    const result = results.get(index) ?? 'no answer'
    return { probe, isHeld: probe.harmless.test(result), result }
  })
}
