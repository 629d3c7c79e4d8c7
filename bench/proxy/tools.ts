import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { unpackPackages } from '../../tests/engine/private-packages.ts'
import { run } from '../../tests/engine/run-command.ts'

/** How a program is called. */
export type Program = { command: readonly string[]; env: Readonly<Record<string, string>> }

const portlessVersion = '0.15.6'

/**
 * Finds the programs of the benchmark in PATH, else in packages of Debian and npm that are unpacked into a cache
 * folder (AGENT_BENCH_CACHE, else ~/.cache/agent-bench). Nothing is installed.
 */
export class Tools {
  readonly #cacheDir = process.env['AGENT_BENCH_CACHE'] ?? join(homedir(), '.cache', 'agent-bench')
  readonly #log: (line: string) => void

  constructor(log: (line: string) => void) {
    this.#log = log
  }

  /** A program whose Debian package has its name. Throws when there is none. */
  async program(name: string): Promise<Program> {
    const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin`
    const installed = Bun.which(name, { PATH: path })
    if (installed !== null) return { command: [installed], env: {} }
    const suite = debianSuite()
    if (suite === undefined) throw new Error(`${name} is not installed`)
    const set = { debianSuite: suite, packages: [name], withDependencies: true }
    const folder = await unpackPackages(set, this.#cacheDir, this.#log)
    const found = ['usr/sbin', 'usr/bin']
      .map((part) => join(folder, part, name))
      .find((candidate) => existsSync(candidate))
    if (found === undefined) throw new Error(`the package ${name} has no program of that name`)
    return { command: [found], env: { LD_LIBRARY_PATH: libraryFolders(folder).join(':') } }
  }

  /** portless, by npm. */
  async portless(): Promise<Program> {
    const node = Bun.which('node')
    if (node === null) throw new Error('node is not installed')
    const folder = join(this.#cacheDir, `portless-${portlessVersion}`)
    const program = join(folder, 'node_modules', 'portless', 'dist', 'cli.js')
    if (!existsSync(program)) {
      await mkdir(folder, { recursive: true })
      const flags = ['--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund']
      await run(['npm', 'install', ...flags, `portless@${portlessVersion}`])
    }
    return { command: [node, program], env: {} }
  }
}

/** The name of the Debian release this machine runs, such as `bookworm`. */
function debianSuite(): string | undefined {
  if (!existsSync('/etc/debian_version')) return undefined
  return /^VERSION_CODENAME=(\w+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1]
}

function libraryFolders(folder: string): string[] {
  const root = join(folder, 'usr', 'lib')
  if (!existsSync(root)) return []
  return [root, ...readdirSync(root).map((name) => join(root, name))]
}

/** The first version-like text of what a program prints. */
export async function versionOf({ command, env }: Program, flag: string): Promise<string> {
  const child = Bun.spawn([...command, flag], { env: { ...process.env, ...env }, stderr: 'pipe' })
  const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()])
  return /\d+\.\d+\.\d+/.exec(stdout + stderr)?.[0] ?? 'unknown'
}
