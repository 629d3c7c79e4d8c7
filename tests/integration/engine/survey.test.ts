import { expect, test } from 'bun:test'
import { currentHost } from '../../../src/platform/host.ts'
import { systemRuntimes } from '../../../src/system-runtimes.ts'
import { RawServer } from '../../support/raw-server.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

/** What is found of engines on a Mac, where Apple's runtime is looked for beside them. */
async function engines(env: Record<string, string>, limitMs: number) {
  using folder = temporaryFolder()
  const host = { ...currentHost(), env: { AGENTOPS_HOME: folder.path, ...env } }
  const runtimes = systemRuntimes({ ...host, platform: 'darwin' })
  const found = await runtimes.survey(AbortSignal.timeout(limitMs))
  return found.filter(({ kind }) => kind === 'docker')
}

test('a survey tells of an engine that says nothing, however short its time', async () => {
  await using silent = await RawServer.start(() => undefined)
  expect(await engines({ DOCKER_HOST: silent.endpoint }, 100)).toEqual([
    {
      kind: 'docker',
      what: 'it could not be found out in time',
      fixes: ['sudo systemctl restart docker'],
      isNamed: false,
    },
  ])
})

test('a survey tells of an engine that was named and is not there', async () => {
  const [only, ...others] = await engines({ DOCKER_HOST: 'unix:///nowhere/docker.sock' }, 5000)
  expect(others).toEqual([])
  expect(only).toMatchObject({ kind: 'docker', isNamed: true })
})
