import { expect, test } from 'bun:test'
import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolder } from '../../engine/engine-paths.ts'
import { toolSuite } from '../../engine/engine-suites.ts'
import { unpackPackages } from '../../engine/private-packages.ts'
import { stepLog } from '../../engine/step-log.ts'
import { skippedTest } from '../../engine/test-engine.ts'
import { embeddedTest } from '../../support/embedded-test.ts'
import { BareHome } from './bare-home.ts'
import type { ServedRelease } from './served-release.ts'

const busybox = await staticBusybox()
const thisCpu = process.arch === 'arm64' ? 'arm64' : 'x64'
const LIMIT_MS = 60_000

/** Machines that cannot have agent, or not here: each is told why, and nothing is left. */
export function allOrNothingCases(release: () => ServedRelease): void {
  const script = (): string => join(release().folder, 'install.sh')

  test.each([
    [['curl', 'wget'], 'neither curl nor wget is here'],
    [['sha256sum', 'shasum', 'openssl'], 'nothing here computes SHA-256'],
    [['tar'], 'tar is not here'],
    [['gzip'], 'gzip is not here'],
  ])('without %p nothing is downloaded', async (missing, said) => {
    using user = new BareHome()
    const path = user.programsWithout(missing)
    const { code, stdout, stderr } = await user.run(['env', `PATH=${path}`, 'sh', script()])
    expect(stderr).toStartWith(`error: ${said}\n  fix: install `)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(user.files()).toEqual([])
  })

  embeddedTest('a processor without SSE4.2 is refused before anything is downloaded', async () => {
    using user = new BareHome()
    const older = 'sed s/sse4_2// /proc/cpuinfo >cpuinfo && mount --bind cpuinfo /proc/cpuinfo'
    const { code, stdout, stderr } = await user.installMounted(older, script())
    expect(stderr).toStartWith('error: agent needs a processor with SSE4.2 and POPCNT')
    expect({ code, stdout }).toEqual({ code: 1, stdout: 'left: 1\n' })
  })

  if (busybox === undefined)
    skippedTest(
      'a system with another C library is refused',
      'AGENT_TEST_ENGINE=provision, which would bring BusyBox along, is not set',
    )
  else
    embeddedTest('a system with another C library is refused', async () => {
      using user = new BareHome()
      const root = join(user.home, 'root')
      const bin = join(root, 'bin')
      await mkdir(bin, { recursive: true })
      await Bun.write(join(bin, 'busybox'), Bun.file(busybox), { mode: 0o755 })
      await Bun.write(join(root, 'install.sh'), Bun.file(script()))
      for (const applet of ['sh', 'uname', 'id', 'dirname', 'grep'])
        await symlink('busybox', join(bin, applet))
      const chroot = ['unshare', '--map-root-user', `--root=${root}`]
      const { code, stdout, stderr } = await user.run([...chroot, 'sh', '/install.sh'])
      expect(stderr).toContain('agent needs the 64-bit GNU C library (glibc)')
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    })

  embeddedTest(
    'a full disk, a place that programs may not start in and a read-only one leave nothing',
    async () => {
      const places = [
        ['size=80m', 'cannot unpack'],
        ['noexec', 'the program does not start here'],
        ['ro', 'cannot write to'],
      ] as const
      for (const [option, said] of places) {
        using user = new BareHome()
        const mount = `mount -t tmpfs -o ${option} none "$HOME"`
        const { code, stdout, stderr } = await user.installMounted(mount, script())
        expect(stderr).toContain(said)
        expect(stderr).toContain('nothing was installed')
        expect(code).toBe(1)
        expect(stdout).toEndWith('left: 0\n')
      }
    },
    LIMIT_MS,
  )

  test(
    'interrupted while it downloads, it leaves nothing',
    async () => {
      using user = new BareHome()
      const { name } = release().file('linux', thisCpu)
      using held = release().hold(name)
      const installing = user.start(['sh', script()])
      await held.begun
      process.kill(-installing.pid, 'SIGINT')
      expect((await installing.finished).code).toBe(130)
      expect(user.files()).toEqual([])
    },
    LIMIT_MS,
  )

  test(
    "another program's place is not taken, and a release that is not there is told",
    async () => {
      using user = new BareHome()
      await user.run(['sh', '-c', 'mkdir bin && echo mine > bin/agent'])
      const taken = await user.run(['sh', script(), '--prefix', user.home])
      expect(taken.stderr).toStartWith(`error: ${user.home}/bin/agent is there already`)
      const url = `AGENTOPS_INSTALL_URL=${release().url}/nowhere`
      const missing = await user.run(['env', url, 'sh', script()])
      expect(missing.stderr).toContain(`error: cannot download ${release().url}/nowhere/`)
      expect(user.files()).toEqual(['bin', 'bin/agent'])
    },
    LIMIT_MS,
  )

  test(
    'two installations at once make one, which can be removed',
    async () => {
      using user = new BareHome()
      const both = await Promise.all([user.run(['sh', script()]), user.run(['sh', script()])])
      expect(both.map(({ code }) => code)).toEqual([0, 0])
      expect((await user.run(['sh', script(), '--uninstall'])).code).toBe(0)
      expect(user.files()).toEqual([])
    },
    LIMIT_MS,
  )
}

/** One that needs no library, which a machine's own may. */
async function staticBusybox(): Promise<string | undefined> {
  if ((process.env['AGENT_TEST_ENGINE'] ?? '') === '') return undefined
  const packages = ['busybox-static']
  const set = { debianSuite: toolSuite, packages, withDependencies: true }
  return join(
    await unpackPackages(set, cacheFolder(process.env), stepLog('busybox')),
    'bin/busybox',
  )
}
