import { mkdirSync, writeFileSync } from 'node:fs'
import { lstat, readdir, readFile, readlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** What a tree is made of, by path: `file <mode> <hash>`, `link <target>`, `folder <mode>`. */
export async function treeOf(root: string): Promise<Map<string, string>> {
  const tree = new Map<string, string>()
  for (const path of (await readdir(root, { recursive: true })).toSorted()) {
    const place = join(root, path)
    const stat = await lstat(place)
    const mode = (stat.mode & 0o7777).toString(8)
    if (stat.isSymbolicLink()) tree.set(path, `link ${await readlink(place)}`)
    else if (stat.isDirectory()) tree.set(path, `folder ${mode}`)
    else tree.set(path, `file ${mode} ${Bun.hash(await readFile(place))}`)
  }
  return tree
}

const awkward = [
  'a b',
  'a,b',
  '-dash',
  '%41',
  '[x]',
  'quo"te',
  "apos'trophe",
  'back\\slash',
  'new\nline',
  '#hash',
  '!not',
  'ünï',
  '🙂',
  'ｆｕｌｌ',
  '*',
  '?',
  '$HOME',
  '~',
  'foo',
  'foo-x',
  'foo.d',
  '.hidden',
  '...',
  'a'.repeat(255),
]

/** A tree of 5,000 files whose names try everything. */
export function makeTree(root: string): void {
  for (let index = 0; index < 5_000; index++) {
    const name = awkward[index % awkward.length] ?? ''
    const folder = `d${index % 7}/${awkward[(index >> 5) % 20] ?? ''}/${Math.floor(index / 500)}`
    const file = join(root, folder, name.length > 200 ? name : `${name}${index}`)
    mkdirSync(dirname(file), { recursive: true })
    const size = index % 100 === 0 ? 100_000 : index % 50
    writeFileSync(file, Buffer.alloc(size, `${index} `), { mode: index % 3 === 0 ? 0o755 : 0o640 })
  }
}
