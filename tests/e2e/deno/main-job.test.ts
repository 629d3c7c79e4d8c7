import { expect } from 'bun:test'
import { join } from 'node:path'
import { echoProject } from '../../fault/upgrade/echo-project.ts'
import { LastingSocket } from '../../fault/upgrade/lasting-socket.ts'
import { embeddedTest } from '../../support/embedded-test.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { AgentHome, get, NO_ENGINE, until } from '../support/agent-home.ts'
import { writeDenoLauncher } from '../../support/source-launchers.ts'

const projectDir = join(import.meta.dirname, '..', '..', '..')

embeddedTest(
  'from source on Deno a run starts, is served by name, is entered, and stops',
  async () => {
    using folder = temporaryFolder()
    const binary = writeDenoLauncher(projectDir, folder.path)
    await using home = new AgentHome({ binary, env: { DOCKER_HOST: NO_ENGINE } })
    const project = home.project('served', echoProject('embedded'))
    await home.answer(['run', '-d', '--runtime', 'embedded', '--name', 'a', project])
    const url = await home.answer(['url', 'a'])
    await until('a answers', async () => (await get(url)).status === 200)
    const answers = await Promise.all(Array.from({ length: 100 }, () => get(url)))
    expect(new Set(answers.map(({ status, body }) => `${status} ${body}`)).size).toBe(1)

    const sockets = await Promise.all(Array.from({ length: 10 }, () => LastingSocket.open(url)))
    for (const socket of sockets) await socket.echo('through a tunnel')
    expect(sockets.map(({ cuts }) => cuts)).toEqual(sockets.map(() => 0))
    for (const socket of sockets) socket.end()

    const inside = await home.agent(['exec', 'a', '--', 'sh', '-c', 'echo here; exit 3'])
    expect(inside).toMatchObject({ code: 3, stdout: 'here\n' })
    await home.answer(['stop', 'a'])
    expect((await get(url)).status).toBe(404)
    expect(await home.answer(['list', '-a'])).toMatch(/a +run_\w+ +stopped/)
  },
  120_000,
)
