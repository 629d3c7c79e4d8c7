import { join } from 'node:path'
import { compileBinary } from '../../../scripts/compile-binary.ts'

/** Compiles the binary with fault points into `dir`, and returns its path. */
export async function compileTestBuild(dir: string): Promise<string> {
  const outfile = join(dir, 'agent-test')
  await compileBinary({
    entry: join(import.meta.dir, '../../../src/main.ts'),
    outfile,
    constants: { version: '0.0.0-test', faults: true },
  })
  return outfile
}
