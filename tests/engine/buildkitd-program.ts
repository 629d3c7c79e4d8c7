import { existsSync } from 'node:fs'
import { copyFile, mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { withCacheLock } from './cache-lock.ts'
import { cacheFolder } from './engine-paths.ts'
import { run } from './run-command.ts'

const version = 'v0.34.2'
const moduleInfo = z.object({ Dir: z.string() })

/** The folder of the cache that holds buildkitd. */
export function buildkitdFolder(env: Readonly<Record<string, string | undefined>>): string {
  return join(cacheFolder(env), `buildkit-${version}`)
}

/**
 * The path of a current buildkitd, built from its Go module into the cache folder (two minutes, once). Undefined, with a
 * line in the log, where there is no Go or the build fails: the tests that need it say so then.
 */
export async function buildkitdProgram(
  cacheDir: string,
  log: (line: string) => void,
): Promise<string | undefined> {
  const program = join(buildkitdFolder({ AGENT_TEST_CACHE: cacheDir }), 'buildkitd')
  if (existsSync(program)) return program
  const go = Bun.which('go', { PATH: `${process.env['PATH'] ?? ''}:/usr/local/go/bin` })
  if (go === null) {
    log('without buildkitd: there is no Go to build it with')
    return undefined
  }
  try {
    await withCacheLock(cacheDir, 'buildkit', async () => {
      if (existsSync(program)) return
      log(`building buildkitd ${version}`)
      await build(go, program)
    })
    return program
  } catch (error) {
    log(`without buildkitd: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  }
}

/** In a folder of its own, which goes: nothing stays in the Go folders of this machine's user. */
async function build(go: string, program: string): Promise<void> {
  const draft = `${program}.draft`
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
    const built = join(draft, 'buildkitd')
    const flags = ['-mod=readonly', '-trimpath', '-ldflags', '-s -w', '-o', built]
    await run([go, 'build', ...flags, './cmd/buildkitd'], { ...limit, cwd })
    await copyFile(built, `${program}.new`)
    await rename(`${program}.new`, program)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}
