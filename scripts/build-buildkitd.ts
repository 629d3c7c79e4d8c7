/*
 * bun scripts/build-buildkitd.ts     builds the buildkitd that tests/integration/buildkit use, with the
 *                                    go program, into the cache folder of the tests (2 minutes)
 */
import { mkdir } from 'node:fs/promises'
import * as z from 'zod'
import { buildkitdFolder, buildkitVersion } from '../tests/integration/buildkit/buildkitd.ts'

async function go(words: readonly string[], cwd: string): Promise<string> {
  const child = Bun.spawn(['go', ...words], {
    cwd,
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-modcacherw -buildvcs=false' },
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const output = await new Response(child.stdout).text()
  if ((await child.exited) !== 0) throw new Error(`go ${words.join(' ')} failed`)
  return output
}

async function main(): Promise<void> {
  const out = buildkitdFolder(process.env)
  await mkdir(out, { recursive: true })
  const module = `github.com/moby/buildkit@${buildkitVersion}`
  const answer: unknown = JSON.parse(await go(['mod', 'download', '-json', module], '/'))
  // Inside the module's own folder its go.sum counts; `go install` refuses modules that exclude others.
  const { Dir: folder } = z.object({ Dir: z.string() }).parse(answer)
  const programs = ['./cmd/buildkitd', './cmd/buildctl']
  await go(['build', '-mod=readonly', '-trimpath', '-o', `${out}/`, ...programs], folder)
  console.log(out)
}

if (import.meta.main) await main()
