import { afterAll } from 'bun:test'
import { INIT } from '../../../src/image/init-script.ts'
import { docker } from '../support/agent-home.ts'

/** Images of ours with Docker inside, by name. */
async function initImages(): Promise<string[]> {
  const found = await docker(['images', '--format', '{{.Repository}}:{{.Tag}}', 'agentops/run'])
  const names = found.split('\n').filter((name) => name !== '')
  const entries = await Promise.all(
    names.map((name) =>
      // One that goes meanwhile is none.
      docker(['image', 'inspect', '--format', '{{json .Config.Entrypoint}}', name]).catch(() => ''),
    ),
  )
  return names.filter((_, index) => entries[index]?.includes(INIT))
}

/** Has the images with Docker inside that this file's tests build removed after the last of them. */
export async function removeNewImages(): Promise<void> {
  if (process.env['AGENT_TEST_DOCKER_HOST'] === undefined) return
  const before = new Set(await initImages())
  afterAll(async () => {
    for (const name of await initImages())
      // Somebody else may have a container of it by now.
      if (!before.has(name)) await docker(['rmi', name]).catch(() => '')
  }, 60_000)
}
