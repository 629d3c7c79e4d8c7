import { existsSync } from 'node:fs'
import { copyFile, mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { withCacheLock } from './cache-lock.ts'
import { run } from './run-command.ts'

const moduleInfo = z.object({ Dir: z.string() })

/** Programs of a Go module: `packages` are their folders in it, named as the programs are. */
export type GoPrograms = {
  /** What the log calls them. */
  readonly title: string
  readonly module: string
  readonly version: string
  readonly packages: readonly string[]
  /** Where they go. */
  readonly folder: string
}

/** The path of Go, where there is one. */
export function goProgram(): string | undefined {
  return Bun.which('go', { PATH: `${process.env['PATH'] ?? ''}:/usr/local/go/bin` }) ?? undefined
}

/** Whether all of them are there. */
export function hasGoPrograms({ packages, folder }: GoPrograms): boolean {
  return packages.every((path) => existsSync(join(folder, programOf(path))))
}

/**
 * Builds them into their folder when it lacks one. False, with a line in the log, where there is no Go or the build fails.
 *
 * @param lock name of the lock in the cache folder that keeps others from building them at the same time
 */
export async function buildGoPrograms(
  programs: GoPrograms,
  { cacheDir, lock, log }: { cacheDir: string; lock: string; log: (line: string) => void },
): Promise<boolean> {
  if (hasGoPrograms(programs)) return true
  const { title, version } = programs
  const go = goProgram()
  if (go === undefined) {
    log(`without ${title}: there is no Go to build it with`)
    return false
  }
  try {
    await withCacheLock(cacheDir, lock, async () => {
      if (hasGoPrograms(programs)) return
      log(`building ${title} ${version}`)
      await build(go, programs)
    })
    return true
  } catch (error) {
    log(`without ${title}: ${error instanceof Error ? error.message : String(error)}`)
    return false
  }
}

/** In a folder of its own, which goes: nothing stays in the Go folders of this machine's user. */
async function build(go: string, programs: GoPrograms): Promise<void> {
  const { module, version, packages, folder } = programs
  const draft = `${folder}.draft`
  await rm(draft, { recursive: true, force: true })
  await mkdir(draft, { recursive: true })
  const env = {
    CGO_ENABLED: '0',
    GOFLAGS: '-modcacherw -buildvcs=false',
    GOPATH: join(draft, 'path'),
    GOCACHE: join(draft, 'cache'),
  }
  const limit = { env, limitMs: 15 * 60_000 }
  try {
    const wanted = ['mod', 'download', '-json', `${module}@${version}`]
    const info = await run([go, ...wanted], { ...limit, cwd: draft })
    // Inside the module's own folder its go.sum counts; `go install` refuses modules that exclude others.
    const { Dir: cwd } = moduleInfo.parse(JSON.parse(info))
    const flags = ['-mod=readonly', '-trimpath', '-ldflags', '-s -w', '-o', `${draft}/`]
    await run([go, 'build', ...flags, ...packages], { ...limit, cwd })
    await mkdir(folder, { recursive: true })
    for (const program of packages.map(programOf)) {
      await copyFile(join(draft, program), join(folder, `${program}.new`))
      await rename(join(folder, `${program}.new`), join(folder, program))
    }
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

function programOf(packagePath: string): string {
  return packagePath.slice(packagePath.lastIndexOf('/') + 1)
}
