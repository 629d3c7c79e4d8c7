/*
 * bun scripts/generate-protobuf.ts           writes src/buildkit/generated from src/buildkit/proto
 * bun scripts/generate-protobuf.ts FOLDER    writes it there
 */
import { join } from 'node:path'

const projectDir = join(import.meta.dirname, '..')
const bin = join(projectDir, 'node_modules', '.bin')

async function main(out = join(projectDir, 'src', 'buildkit', 'generated')): Promise<void> {
  const template = {
    version: 'v2',
    plugins: [
      { local: join(bin, 'protoc-gen-es'), out, opt: ['target=ts', 'import_extension=ts'] },
    ],
  }
  const command = [join(bin, 'buf'), 'generate', '--template', JSON.stringify(template)]
  const child = Bun.spawn([...command, 'src/buildkit/proto'], {
    cwd: projectDir,
    stdout: 'inherit',
    stderr: 'inherit',
  })
  process.exitCode = await child.exited
}

if (import.meta.main) await main(process.argv[2])
