import { existsSync } from 'node:fs'
import { copyFile, mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { withCacheLock } from './cache-lock.ts'
import { run } from './run-command.ts'

/**
 * The name under which engines of ours have a current gVisor with its own network stack, as users have it. It is as
 * long as `runsc`: a test may put one in the other's place in a request that is under way.
 */
export const netstackRuntime = 'gvnet'

const version = 'v0.0.0-20260905035102-160fafc42237'
const moduleInfo = z.object({ Dir: z.string() })

/**
 * The path of a current runsc, built from its Go module into the cache folder (about a minute, once). Undefined, with a
 * line in the log, where there is no Go or the build fails: Debian's runsc is there in any case.
 */
export async function netstackRunsc(
  cacheDir: string,
  log: (line: string) => void,
): Promise<string | undefined> {
  const program = join(cacheDir, 'gvisor', version, 'runsc')
  if (existsSync(program)) return program
  const go = Bun.which('go', { PATH: `${process.env['PATH'] ?? ''}:/usr/local/go/bin` })
  if (go === null) {
    log(`without ${netstackRuntime}: there is no Go to build it with`)
    return undefined
  }
  try {
    await withCacheLock(cacheDir, 'gvisor', async () => {
      if (existsSync(program)) return
      log(`building gVisor ${version}`)
      await build(go, program)
    })
    return program
  } catch (error) {
    log(`without ${netstackRuntime}: ${error instanceof Error ? error.message : String(error)}`)
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
    const module = ['mod', 'download', '-json', `gvisor.dev/gvisor@${version}`]
    const info = await run([go, ...module], { ...limit, cwd: draft })
    const { Dir: cwd } = moduleInfo.parse(JSON.parse(info))
    const built = join(draft, 'runsc')
    const flags = ['-mod=readonly', '-trimpath', '-ldflags', '-s -w', '-o', built]
    await run([go, 'build', ...flags, './runsc'], { ...limit, cwd })
    await copyFile(built, `${program}.new`)
    await rename(`${program}.new`, program)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}
