import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compileBinary } from '../../../scripts/compile-binary.ts'

const projectDir = join(import.meta.dirname, '..', '..', '..')

/** Two binaries of this source; the newer one has a step more in its schema. */
export type TwoBuilds = { older: string; newer: string }

/** Compiles both into `dir`. */
export async function compileTwoBuilds(dir: string): Promise<TwoBuilds> {
  const builds = { older: join(dir, 'agent-1.0.0'), newer: join(dir, 'agent-1.1.0') }
  await compileBinary({
    entry: join(projectDir, 'src', 'main.ts'),
    outfile: builds.older,
    constants: { version: '1.0.0', faults: false },
  })
  await compileBinary({
    entry: join(sourceWithOneMoreStep(dir), 'main.ts'),
    outfile: builds.newer,
    constants: { version: '1.1.0', faults: false },
  })
  return builds
}

/** A copy of the source whose last migration is one that no build of today knows. */
function sourceWithOneMoreStep(dir: string): string {
  const source = join(dir, 'src')
  cpSync(join(projectDir, 'src'), source, { recursive: true })
  symlinkSync(join(projectDir, 'node_modules'), join(dir, 'node_modules'))
  const path = join(source, 'state', 'migrations.ts')
  const steps = readFileSync(path, 'utf8')
  const end = steps.lastIndexOf(']')
  const step = `'ALTER TABLE runs ADD COLUMN of_tomorrow TEXT',\n`
  writeFileSync(path, `${steps.slice(0, end)}${step}${steps.slice(end)}`)
  return source
}
