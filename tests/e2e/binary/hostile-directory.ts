import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A directory that a checkout could be, full of files that Bun reads by itself when it is let. */
export type HostileDirectory = {
  path: string
  /** Names of the traps that sprang so far. */
  sprung(): Promise<string[]>
}

/** Fills a directory with a `.env`, a `bunfig.toml` whose preload runs code, and packages that run code. */
export async function makeHostileDirectory(path: string): Promise<HostileDirectory> {
  const sprungDir = join(path, 'sprung')
  await mkdir(sprungDir, { recursive: true })
  const trap = (name: string) =>
    `require('node:fs').writeFileSync(${JSON.stringify(join(sprungDir, name))}, '')\n`
  await writeFile(join(path, '.env'), 'PLANTED_BY_DOTENV=yes\nNO_COLOR=planted\n')
  await writeFile(join(path, '.env.local'), 'PLANTED_BY_DOTENV=yes\n')
  await writeFile(join(path, '.env.production'), 'PLANTED_BY_DOTENV=yes\n')
  await writeFile(join(path, 'bunfig.toml'), 'preload = ["./preload.js"]\n')
  await writeFile(join(path, 'preload.js'), trap('preload'))
  await writeFile(
    join(path, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { paths: { '*': ['./paths.js'] } } }),
  )
  await writeFile(join(path, 'paths.js'), trap('tsconfig-paths'))
  await writeFile(join(path, 'package.json'), JSON.stringify({ imports: { '#*': './paths.js' } }))
  for (const name of ['cpu-features', 'ssh2', 'undecided']) {
    await mkdir(join(path, 'node_modules', name), { recursive: true })
    await writeFile(join(path, 'node_modules', name, 'index.js'), trap(name))
  }
  return { path, sprung: async () => (await readdir(sprungDir)).toSorted() }
}
