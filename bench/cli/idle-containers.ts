import type { Invocation } from '../whole-process.ts'

const label = 'agentops.bench=idle'
/** How many `docker create` go on at once. */
const workers = 4

/** Makes containers that never run, as many as `agent list -a` has runs to show. */
export async function makeIdleContainers(
  docker: (args: readonly string[]) => Invocation,
  options: { image: string; count: number },
): Promise<void> {
  const create = docker(['create', '--label', label, options.image, 'true'])
  const perWorker = Math.ceil(options.count / workers)
  await Promise.all(
    Array.from({ length: workers }, async () => {
      for (let made = 0; made < perWorker; made += 1) await output(create)
    }),
  )
}

/** Removes them all, also those that an earlier measurement left. */
export async function removeIdleContainers(
  docker: (args: readonly string[]) => Invocation,
): Promise<void> {
  const listed = await output(docker(['ps', '--all', '--quiet', '--filter', `label=${label}`]))
  const ids = listed.split('\n').filter((id) => id !== '')
  if (ids.length > 0) await output(docker(['rm', ...ids]))
}

async function output({ command, cwd, env }: Invocation): Promise<string> {
  const child = Bun.spawn([...command], { cwd, env, stdin: 'ignore', stderr: 'pipe' })
  const [code, stdout, stderr] = await Promise.all([
    child.exited,
    child.stdout.text(),
    child.stderr.text(),
  ])
  if (code !== 0) throw new Error(`${command.slice(0, 3).join(' ')}: ${stderr.trim()}`)
  return stdout
}
