import { readFileSync } from 'node:fs'
import { expect } from 'bun:test'
import { get, until } from '../support/agent-home.ts'
import { proxyStatus } from './proxy-status.ts'
import { sudoSuite } from './sudo-suite.ts'

const SERVER = `image: busybox:latest
sandbox: none
ports: { web: 3000 }
command: |
  mkdir -p /tmp/www && echo "it is me" > /tmp/www/index.html
  exec busybox httpd -f -p 3000 -h /tmp/www
`

sudoSuite((sudoTest) => {
  sudoTest(
    'sudo agent proxy start --port=80 serves the user who typed it, without a port',
    async (home) => {
      const started = await home.sudoAgent(['proxy', 'start', '--port=80'])
      expect(started).toMatchObject({ code: 0, stdout: 'proxy listening on http://localhost\n' })
      const { pid, ...facts } = await proxyStatus(home)
      expect(facts).toMatchObject({ listening: true, port: 80, pinned: true })
      expect(idsOf(pid ?? 0)).toEqual({
        uid: [58231, 58231, 58231, 58231],
        gid: [58231, 58231, 58231, 58231],
      })
      expect(home.foreignFiles()).toEqual([])

      const project = await home.project('p', { 'agent.yaml': SERVER })
      await home.answer(['run', '-d', '--name', 'mine', project])
      expect(await home.answer(['url', 'mine'])).toBe('http://web.mine.localhost')
      await until(
        'it answers',
        async () => (await get('http://web.mine.localhost/')).status === 200,
      )
      expect((await get('http://web.mine.localhost/')).body).toBe('it is me\n')
      const inside = await home.answer([
        'exec',
        'mine',
        '--',
        'sh',
        '-c',
        'echo $AGENTOPS_URL $AGENTOPS_URL_WEB $AGENTOPS_HOST',
      ])
      expect(inside).toBe('http://mine.localhost http://web.mine.localhost mine.localhost')
      expect(home.foreignFiles()).toEqual([])
    },
  )

  sudoTest('the user looks at, restarts and stops the proxy on port 80', async (home) => {
    await home.sudoAgent(['proxy', 'start', '--port=80'])
    const restarted = await home.agent(['proxy', 'restart'])
    expect(restarted.code).toBe(2)
    expect(restarted.stderr).toContain(
      'port 80 needs privileges that this user does not have, so the proxy stays as it is',
    )
    expect(restarted.stderr).toContain('fix: sudo agent proxy restart --port=80')
    expect(await proxyStatus(home)).toMatchObject({ listening: true, port: 80 })
    expect(await home.sudoAgent(['proxy', 'restart', '--port=80'])).toMatchObject({ code: 0 })
    expect((await home.sudoAgent(['proxy', 'status'])).stdout).toMatch(
      /^proxy +http:\/\/localhost$/m,
    )
    expect(await home.answer(['proxy', 'stop'])).toBe('proxy stopped')
    expect(await proxyStatus(home)).toMatchObject({ listening: false })
    const again = await home.agent(['proxy', 'start', '--port', '80'])
    expect(again.code).toBe(1)
    expect(again.stderr).toContain('port 80 needs privileges that this user does not have')
    expect(again.stderr).toContain('fix: sudo agent proxy start --port=80')
    expect(home.foreignFiles()).toEqual([])
  })

  sudoTest('a port that somebody uses is told with its owner and what to do', async (home) => {
    using _server = Bun.serve({
      hostname: '127.0.0.1',
      port: 80,
      fetch: () => new Response('other'),
    })
    const { code, stderr } = await home.sudoAgent(['proxy', 'start', '--port=80'])
    expect(code).toBe(1)
    expect(stderr).toContain(`error: port 80 is in use by bun (pid ${process.pid})`)
    expect(stderr).toContain('fix: agent proxy start --port <another port>')
    expect(home.foreignFiles()).toEqual([])
  })

  sudoTest('a proxy that listens elsewhere stays, until told to restart', async (home) => {
    const first = await home.answer(['proxy', 'start', '--port', '0'])
    const port = Number(/:(\d+)$/.exec(first)?.[1])
    const refused = await home.sudoAgent(['proxy', 'start', '--port=80'])
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain(`the proxy listens on port ${port} already, not on 80`)
    expect(refused.stderr).toContain('fix: sudo agent proxy restart --port=80')
    expect(await proxyStatus(home)).toMatchObject({ listening: true, port })
    const restarted = await home.sudoAgent(['proxy', 'restart', '--port=80'])
    expect(restarted).toMatchObject({ code: 0, stdout: 'proxy listening on http://localhost\n' })
    expect(await proxyStatus(home)).toMatchObject({ listening: true, port: 80, pinned: true })
    expect(home.foreignFiles()).toEqual([])
  })

  sudoTest('runs go on when the background process makes way for port 80', async (home) => {
    const project = await home.project('p', {
      'agent.yaml': 'image: busybox:latest\nsandbox: none\n',
    })
    await home.answer(['run', '-d', '--name', 'mine', project, '--', 'sleep', '300'])
    expect(await home.sudoAgent(['proxy', 'start', '--port=80'])).toMatchObject({ code: 0 })
    expect(await home.answer(['list'])).toMatch(/^mine .* running /m)
    await home.answer(['exec', 'mine', '--', 'kill', '1'])
    await until('its end is seen', async () => !(await home.answer(['list'])).includes('mine'))
  })

  sudoTest('without a port that needs it, root is given up at once', async (home) => {
    await home.project('.agentops', { 'config.yaml': 'proxy: { port: 18123 }\n' })
    const started = await home.sudoAgent(['proxy', 'start'])
    expect(started).toMatchObject({
      code: 0,
      stdout: 'proxy listening on http://localhost:18123\n',
    })
    expect(home.foreignFiles()).toEqual([])
  })

  sudoTest('in the foreground it is the user as well, and ends by SIGTERM', async (home) => {
    const shell = `sudo -n AGENT_TEST_ID="$AGENT_TEST_ID" "$0" proxy start --port=80 --foreground & echo $!; wait`
    const started = home.run(['sh', '-c', shell, home.binary])
    await until('it listens', async () => (await proxyStatus(home)).port === 80)
    const { pid = 0 } = await proxyStatus(home)
    expect(idsOf(pid).uid).toEqual([58231, 58231, 58231, 58231])
    process.kill(pid, 'SIGTERM')
    expect((await started).stdout).toContain('proxy listening on http://localhost\n')
    expect(home.foreignFiles()).toEqual([])
  })
})

/** Real, effective, saved and file system ids: proc_pid_status(5). */
function idsOf(pid: number): { uid: number[]; gid: number[] } {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8')
  const ids = (name: string): number[] =>
    new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(text)?.[1]?.split('\t').map(Number) ?? []
  return { uid: ids('Uid'), gid: ids('Gid') }
}
