import { expect, test } from 'bun:test'
import { join } from 'node:path'
import * as z from 'zod'
import { identityOfProcess } from '../../../src/platform/process-identity.ts'
import { debianProgram } from '../../engine/debian-program.ts'
import { embeddedTest } from '../../support/embedded-test.ts'
import { requestByName } from '../../../scripts/request-by-name.ts'
import { skippedTest } from '../../engine/test-engine.ts'
import { until } from '../support/agent-home.ts'
import { BareHome } from './bare-home.ts'
import { releasedVersion, type ServedRelease } from './served-release.ts'

const INSTALL_LIMIT_MS = 60_000
const example = join(import.meta.dirname, '../../../examples/multi-service')

const otherShells = [
  { words: ['bash', '--posix'], program: Bun.which('bash') ?? undefined },
  {
    words: ['busybox', 'sh'],
    program: await debianProgram('busybox', 'busybox-static', process.env),
  },
]

const INSTALLED = [
  'bin/agent',
  'share/agent/LICENSE',
  'share/agent/installed',
  'share/bash-completion/completions/agent',
  'share/fish/vendor_completions.d/agent.fish',
  'share/man/man1/agent.1',
  'share/zsh/site-functions/_agent',
]

/** Installing a release, as somebody does who has nothing of ours. */
export function installCases(release: () => ServedRelease): void {
  const script = (): string => join(release().folder, 'install.sh')
  test(
    'install.sh puts the program where a user may write, and says how it gets on the PATH',
    async () => {
      using user = new BareHome()
      const { code, stdout, stderr } = await user.run(['sh', script()], { onPath: false })
      expect(stderr).toBe('')
      expect(code).toBe(0)
      expect(stdout).toContain(`installed agent ${releasedVersion}`)
      expect(stdout).toContain(`export PATH="${user.home}/.local/bin:$PATH"`)
      for (const path of INSTALLED) expect(user.files()).toContain(join('.local', path))
      const version = await user.run(['agent', '--version'])
      expect(version.stdout).toStartWith(`agent ${releasedVersion} (`)
    },
    INSTALL_LIMIT_MS,
  )

  embeddedTest(
    'from nothing to a service by name, and back to nothing',
    async () => {
      using user = new BareHome()
      expect((await user.run(['sh', script()])).code).toBe(0)
      const project = user.copy(example)
      const started = await user.run([
        'agent',
        'run',
        '-d',
        '--runtime',
        'embedded',
        '--name',
        'first',
        project,
      ])
      expect(started.stderr).toContain('http://web.first.localhost')
      const url = new URL((await user.run(['agent', 'url', 'first', 'api'])).stdout.trim())
      await until('the service answers', async () => {
        const answer = await requestByName(url, AbortSignal.timeout(1000)).catch(() => undefined)
        return answer?.status === 200
      })
      const early = await user.run(['sh', script(), '--uninstall'])
      expect(early.stderr).toStartWith('error: runs are live, which only agent can end')
      expect(early.stderr).toContain(`fix: ${user.home}/.local/bin/agent stop --all`)
      const status = await user.run(['agent', 'proxy', 'status', '--json'])
      const { pid } = z.object({ pid: z.int() }).parse(JSON.parse(status.stdout))
      const removed = await user.run(['sh', script(), '--uninstall', '--state'])
      expect(removed.stderr).not.toContain('error')
      expect(removed.code).toBe(0)
      expect(user.files()).toEqual([])
      await until('the background process has ended', () => identityOfProcess(pid) === undefined)
    },
    INSTALL_LIMIT_MS,
  )
}

/** Removing one again. */
export function uninstallCases(release: () => ServedRelease): void {
  const script = (): string => join(release().folder, 'install.sh')
  test(
    'uninstalling removes what was installed and nothing else, and names what it leaves',
    async () => {
      using user = new BareHome()
      await user.run(['sh', '-c', 'mkdir -p .local/bin && echo mine > .local/bin/mine'])
      await user.run(['sh', script()])
      await user.run(['sh', script()])
      await user.run(['agent', 'route', 'add', 'web.mine', '3000'])
      const uninstallAll = ['sh', script(), '--uninstall', '--state']
      const elsewhere = await user.run(['env', `AGENTOPS_HOME=${user.home}`, ...uninstallAll])
      expect(elsewhere.stderr).toContain('is not a state folder; nothing was removed')
      const { code, stdout } = await user.run(['sh', script(), '--uninstall'])
      expect(code).toBe(0)
      expect(stdout).toContain(`left: ${user.home}/.agentops`)
      const left = user.files().filter((path) => !path.startsWith('.agentops'))
      expect(left).toEqual(['.local', '.local/bin', '.local/bin/mine'])
      const again = await user.run(['sh', script(), '--uninstall'])
      expect(again.code).toBe(1)
      expect(again.stderr).toContain(`nothing was installed under ${user.home}/.local`)
    },
    INSTALL_LIMIT_MS,
  )
}

/** What is refused, and where else it runs. */
export function refusedInstallCases(release: () => ServedRelease): void {
  const script = (): string => join(release().folder, 'install.sh')
  test(
    'an archive with other bytes than were released is not installed',
    async () => {
      using user = new BareHome()
      const { name } = release().file('linux', process.arch === 'arm64' ? 'arm64' : 'x64')
      release().spoilt.add(name)
      try {
        const { code, stderr } = await user.run(['sh', script()])
        expect(code).toBe(1)
        expect(stderr).toContain(`error: ${name} has the SHA-256 `)
        expect(stderr).toContain('nothing was installed')
        expect(user.files()).toEqual([])
      } finally {
        release().spoilt.delete(name)
      }
    },
    INSTALL_LIMIT_MS,
  )

  test(
    'what cannot be done is said with a way out',
    async () => {
      using user = new BareHome()
      const unknown = await user.run(['sh', script(), '--prefx'])
      expect(unknown.stderr).toBe('error: unknown option --prefx\n  fix: install.sh --help\n')
      const forbidden = await user.run(['sh', script(), '--prefix', '/proc/nowhere'])
      expect(forbidden.code).toBe(1)
      expect(forbidden.stderr).toContain('error: cannot write to /proc/nowhere')
      expect(forbidden.stderr).toContain('fix: choose a place of yours: install.sh --prefix DIR')
      const insecure = await user.run([
        'env',
        'AGENTOPS_INSTALL_URL=http://example.com/agent',
        'sh',
        script(),
      ])
      expect(insecure.stderr).toContain('will not download from http://example.com/agent/')
      expect(user.files()).toEqual([])
    },
    INSTALL_LIMIT_MS,
  )

  for (const shell of otherShells) {
    const name = `${shell.words.join(' ')} runs it as well`
    if (shell.program === undefined) {
      skippedTest(name, `${shell.words[0]} is not here`)
      continue
    }
    const words = [shell.program, ...shell.words.slice(1)]
    test(
      name,
      async () => {
        using user = new BareHome()
        const prefix = join(user.home, 'own')
        const { code, stderr } = await user.run([...words, script(), '--prefix', prefix])
        expect(stderr).toBe('')
        expect(code).toBe(0)
        expect(user.files()).toContain('own/bin/agent')
      },
      INSTALL_LIMIT_MS,
    )
  }
}
