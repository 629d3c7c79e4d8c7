import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { withCacheLock } from './cache-lock.ts'
import { cacheFolder } from './engine-paths.ts'
import { run } from './run-command.ts'

const version = 'v0.34.2'
const programs = ['buildkitd', 'buildctl'] as const
const moduleInfo = z.object({ Dir: z.string() })

/** The folder of the cache that holds buildkitd and buildctl. */
export function buildkitFolder(env: Readonly<Record<string, string | undefined>>): string {
  return join(cacheFolder(env), `buildkit-${version}`)
}

/**
 * The folder of a current buildkitd and buildctl, built from their Go module into the cache folder (two minutes, once).
 * Undefined, with a line in the log, where there is no Go or the build fails: the tests that need them say so then.
 */
export async function buildkitPrograms(
  cacheDir: string,
  log: (line: string) => void,
): Promise<string | undefined> {
  const env = { AGENT_TEST_CACHE: cacheDir }
  const folder = buildkitFolder(env)
  if (hasBuildkit(env)) return folder
  const go = goProgram()
  if (go === undefined) {
    log('without buildkitd: there is no Go to build it with')
    return undefined
  }
  try {
    await withCacheLock(cacheDir, 'buildkit', async () => {
      if (hasBuildkit(env)) return
      log(`building buildkitd ${version}`)
      await build(go, folder)
    })
    return folder
  } catch (error) {
    log(`without buildkitd: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  }
}

/** Whether the cache folder has them. */
export function hasBuildkit(env: Readonly<Record<string, string | undefined>>): boolean {
  return programs.every((program) => existsSync(join(buildkitFolder(env), program)))
}

/** The path of Go, where there is one. */
export function goProgram(): string | undefined {
  return Bun.which('go', { PATH: `${process.env['PATH'] ?? ''}:/usr/local/go/bin` }) ?? undefined
}

/** In a folder of its own, which goes: nothing stays in the Go folders of this machine's user. */
async function build(go: string, folder: string): Promise<void> {
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
    const module = ['mod', 'download', '-json', `github.com/moby/buildkit@${version}`]
    const info = await run([go, ...module], { ...limit, cwd: draft })
    // Inside the module's own folder its go.sum counts; `go install` refuses modules that exclude others.
    const { Dir: cwd } = moduleInfo.parse(JSON.parse(info))
    const flags = ['-mod=readonly', '-trimpath', '-ldflags', '-s -w', '-o', `${draft}/`]
    const packages = programs.map((program) => `./cmd/${program}`)
    await run([go, 'build', ...flags, ...packages], { ...limit, cwd })
    await mkdir(folder, { recursive: true })
    for (const program of programs) await rename(join(draft, program), join(folder, program))
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}
