import { createHash } from 'node:crypto'
import { access, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'

export const crossTargets = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'] as const

/** Machines that release binaries are made for. */
export type CrossTarget = (typeof crossTargets)[number]

const packageLock = z.object({
  packages: z.record(
    z.string(),
    z.object({ version: z.string().optional(), integrity: z.string().optional() }),
  ),
})

/** A package and what the lock file says it must be. */
export type LockedPackage = { name: string; version: string; integrity: string }

/** Name of the npm package that holds Bun's own executable for a target. */
export function bunPackageName(target: CrossTarget): string {
  return `@oven/bun-${target.replace('arm64', 'aarch64')}`
}

/** Looks a package up in the text of a package-lock.json. Throws when it isn't pinned there. */
export function lockedPackage(lockText: string, name: string): LockedPackage {
  const lock = packageLock.parse(JSON.parse(lockText))
  const entry = lock.packages[`node_modules/${name}`]
  if (entry?.version === undefined || entry.integrity === undefined)
    throw new Error(`package-lock.json does not pin ${name}`)
  return { name, version: entry.version, integrity: entry.integrity }
}

/** Throws unless the bytes have this integrity (`sha512-…`, as in the lock file). */
export function assertIntegrity(bytes: Uint8Array, locked: LockedPackage): void {
  const actual = `sha512-${createHash('sha512').update(bytes).digest('base64')}`
  if (actual !== locked.integrity)
    throw new Error(`${locked.name}@${locked.version} is ${actual}, pinned is ${locked.integrity}`)
}

/**
 * Path of a Bun executable for another machine: Bun's own npm package, in the version and with the
 * integrity that package-lock.json pins, kept in `node_modules/.cache`. Only npm's registry is asked.
 */
export async function bunExecutable(projectDir: string, target: CrossTarget): Promise<string> {
  const lockText = await readFile(join(projectDir, 'package-lock.json'), 'utf8')
  const locked = lockedPackage(lockText, bunPackageName(target))
  if (locked.version !== Bun.version)
    throw new Error(`${locked.name} is pinned at ${locked.version}, this is Bun ${Bun.version}`)
  const cacheDir = join(projectDir, 'node_modules', '.cache', 'bun-executables')
  const cached = join(cacheDir, `${target}-${locked.version}`)
  if (await exists(cached)) return cached
  await mkdir(cacheDir, { recursive: true })
  const workDir = await mkdtemp(join(cacheDir, '.fetch-'))
  try {
    await run(['npm', 'pack', '--silent', `${locked.name}@${locked.version}`], workDir)
    const archive = join(workDir, archiveName(locked))
    assertIntegrity(await readFile(archive), locked)
    await run(['tar', '-xzf', archive, 'package/bin/bun'], workDir)
    await rename(join(workDir, 'package/bin/bun'), cached)
  } finally {
    await rm(workDir, { recursive: true, force: true })
  }
  return cached
}

/** The file name `npm pack` gives a scoped package. */
function archiveName(locked: LockedPackage): string {
  return `${locked.name.slice(1).replace('/', '-')}-${locked.version}.tgz`
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

async function run(command: string[], cwd: string): Promise<void> {
  const child = Bun.spawn(command, { cwd, stdout: 'ignore', stderr: 'pipe' })
  const [code, stderr] = await Promise.all([child.exited, new Response(child.stderr).text()])
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}: ${stderr.trim()}`)
}
