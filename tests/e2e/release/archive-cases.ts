import { expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { debianProgram } from '../../engine/debian-program.ts'
import { cacheFolder } from '../../engine/engine-paths.ts'
import { unpackPackages } from '../../engine/private-packages.ts'
import { run } from '../../engine/run-command.ts'
import { stepLog } from '../../engine/step-log.ts'
import { skippedTest } from '../../engine/test-engine.ts'
import { releasedVersion, type ServedRelease } from './served-release.ts'

const ruby = await debianProgram('ruby', 'ruby', process.env)
const qemu = await debianProgram('qemu-aarch64-static', 'qemu-user-static', process.env)
const man = await debianProgram('man', 'man-db', process.env)
const notHere =
  'is not here, and AGENT_TEST_ENGINE=provision, which would bring it along, is not set'

const projectDir = join(import.meta.dirname, '../../..')

/** Some of them unpack, or hash, four large files. */
const LIMIT_MS = 60_000

/** What a release consists of. */
export function archiveCases(served: () => ServedRelease): void {
  test(
    'a release has an archive for each of four systems, and its checksums are right',
    async () => {
      const names = served().manifest.files.map(({ os, cpu }) => `${os} ${cpu}`)
      expect(names).toEqual(['linux x64', 'linux arm64', 'darwin x64', 'darwin arm64'])
      await run(['sha256sum', '--check', 'SHA256SUMS'], { cwd: served().folder })
      for (const { name, sha256, sizeBytes } of served().manifest.files) {
        const bytes = Buffer.from(await (await fetch(`${served().url}/${name}`)).arrayBuffer())
        expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256)
        expect(bytes.length).toBe(sizeBytes)
      }
    },
    LIMIT_MS,
  )

  test(
    'every archive has the binary of its system, completions, the man page and the licence',
    async () => {
      // ELF e_machine (62: x86-64, 183: AArch64) at 18; Mach-O cputype (0x01000007, 0x0100000c) at 4.
      const marks = {
        x64: { linux: 62, darwin: 0x01000007 },
        arm64: { linux: 183, darwin: 0x0100000c },
      }
      for (const file of served().manifest.files) {
        const listed = await run(['tar', '-tzf', join(served().folder, file.name)])
        const folder = file.name.replace('.tar.gz', '')
        expect(listed.trim().split('\n').toSorted()).toEqual(
          [
            'LICENSE',
            'agent',
            'completions/_agent',
            'completions/agent.bash',
            'completions/agent.fish',
            'man/agent.1',
          ].map((path) => `${folder}/${path}`),
        )
        const bytes = await readFile(await served().unpack(file))
        const mark = file.os === 'linux' ? bytes.readUInt16LE(18) : bytes.readUInt32LE(4)
        expect(mark).toBe(marks[file.cpu][file.os])
      }
    },
    LIMIT_MS,
  )

  test(
    'the binary for this machine runs and says which release it is',
    async () => {
      const cpu = process.arch === 'arm64' ? 'arm64' : 'x64'
      const binary = await served().unpack(served().file('linux', cpu))
      expect(await run([binary, '--version'])).toStartWith(`agent ${releasedVersion} (`)
    },
    LIMIT_MS,
  )

  test(
    'nothing of the machine that built it is in the binary',
    async () => {
      const bytes = await readFile(await served().unpack(served().file('linux', 'x64')))
      expect(bytes.includes(projectDir)).toBe(false)
    },
    LIMIT_MS,
  )

  if (qemu === undefined || process.arch !== 'x64')
    skippedTest('the binary for arm64 runs', `qemu-aarch64-static ${notHere}`)
  else
    test(
      'the binary for arm64 runs, under qemu',
      async () => {
        const set = {
          debianSuite: 'bookworm',
          packages: ['libc6-arm64-cross', 'libgcc-s1-arm64-cross'],
          withDependencies: true,
        }
        const root = await unpackPackages(set, cacheFolder(process.env), stepLog('arm64'))
        const binary = await served().unpack(served().file('linux', 'arm64'))
        const command = [qemu, '-L', join(root, 'usr/aarch64-linux-gnu'), binary]
        expect(await run([...command, '--version'])).toStartWith(`agent ${releasedVersion} (`)
        const env = { AGENTOPS_HOME: join(served().folder, 'state') }
        expect(await run([...command, 'list'], { env })).toStartWith('NAME')
      },
      LIMIT_MS,
    )

  if (man === undefined) skippedTest('the man page is one that man can show', `man ${notHere}`)
  else
    test(
      'the man page is one that man can show',
      async () => {
        const { name } = served().file('linux', 'x64')
        await served().unpack(served().file('linux', 'x64'))
        const page = join(served().folder, name.replace('.tar.gz', ''), 'man/agent.1')
        const warnings = Bun.spawnSync([man, '--warnings', '-l', page], {
          env: { ...process.env, MANWIDTH: '100', LC_ALL: 'C.UTF-8' },
        })
        expect(warnings.stderr.toString()).toBe('')
        expect(warnings.stdout.toString()).toContain('agent proxy start')
      },
      LIMIT_MS,
    )
}

/** The Homebrew formula, as far as it can be tried without Homebrew. */
export function formulaCases(served: () => ServedRelease): void {
  test(
    "the formula's addresses lead to archives of its checksums, and its test passes on the binary",
    async () => {
      const formula = await readFile(join(served().folder, 'agent.rb'), 'utf8')
      const sources = [...formula.matchAll(/url "([^"]+)"\n\s+sha256 "([^"]+)"/g)]
      expect(sources).toHaveLength(4)
      for (const [, url = '', sum] of sources) {
        const bytes = Buffer.from(await (await fetch(url)).arrayBuffer())
        expect(createHash('sha256').update(bytes).digest('hex')).toBe(sum ?? '')
      }
      const binary = await served().unpack(served().file('linux', 'x64'))
      const checks = [
        ...formula.matchAll(/assert_match (.+), shell_output\("#\{bin\}\/agent ([^"]+)"\)/g),
      ]
      expect(checks).toHaveLength(2)
      for (const [, wanted = '', words = ''] of checks) {
        const expected = wanted === 'version.to_s' ? releasedVersion : wanted.replaceAll('"', '')
        expect(await run([binary, ...words.split(' ')])).toContain(expected)
      }
    },
    LIMIT_MS,
  )

  if (ruby === undefined) skippedTest('the formula is Ruby', `ruby ${notHere}`)
  else
    test(
      'the formula is Ruby',
      async () => {
        expect(await run([ruby, '-c', join(served().folder, 'agent.rb')])).toBe('Syntax OK\n')
      },
      LIMIT_MS,
    )
}
