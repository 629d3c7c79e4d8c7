import { expect, test } from 'bun:test'
import { currentHost } from '../../../src/platform/host.ts'
import { systemRuntimes } from '../../../src/system-runtimes.ts'
import { RawServer } from '../../support/raw-server.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

async function survey(env: Record<string, string>, limitMs: number) {
  using folder = temporaryFolder()
  const host = { ...currentHost(), env: { AGENTOPS_HOME: folder.path, ...env } }
  return systemRuntimes({ ...host, platform: 'darwin' }).survey(AbortSignal.timeout(limitMs))
}

test('a survey tells of an engine that says nothing, however short its time', async () => {
  await using silent = await RawServer.start(() => undefined)
  const found = await survey({ DOCKER_HOST: silent.endpoint }, 100)
  expect(found).toEqual([
    {
      kind: 'docker',
      what: 'it could not be found out in time',
      fixes: ['sudo systemctl restart docker'],
      isNamed: false,
    },
  ])
})

test('a survey tells of an engine that was named and is not there', async () => {
  const [only, ...others] = await survey({ DOCKER_HOST: 'unix:///nowhere/docker.sock' }, 5000)
  expect(others).toEqual([])
  expect(only).toMatchObject({ kind: 'docker', isNamed: true })
})
