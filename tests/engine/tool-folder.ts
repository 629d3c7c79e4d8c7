import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, readlink, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Goes up when `writeToolFolder` writes something else for the same packages: cached folders are not written again. */
export const toolFolderFormat = 2

/**
 * Writes one small script per program of the unpacked `roots` (earlier ones win), which runs it with the libraries and
 * data of its own root, and returns their folder: put it first in PATH. `leave` names the programs to pass over.
 */
export async function writeToolFolder(
  folder: string,
  roots: readonly { readonly root: string; readonly leave: readonly string[] }[],
): Promise<string> {
  if (existsSync(folder)) return folder
  const draft = `${folder}.${process.pid}.draft`
  await mkdir(draft, { recursive: true })
  for (const { root, leave } of roots.toReversed()) {
    const setUp = await ownLibraries(root)
    for (const program of await programsIn(root)) {
      if (leave.includes(program.name)) continue
      await writeScript(join(draft, program.name), setUp, `${program.path} "$@"`)
    }
    for (const name of ['iptables', 'iptables-save', 'iptables-restore', 'ip6tables']) {
      const multi = join(root, 'usr/sbin/xtables-nft-multi')
      if (existsSync(multi)) await writeScript(join(draft, name), setUp, `${multi} ${name} "$@"`)
    }
  }
  await mkdir(dirname(folder), { recursive: true })
  await rename(draft, folder).catch(async (error: unknown) => {
    await rm(draft, { recursive: true, force: true })
    if (!existsSync(folder)) throw error
  })
  return folder
}

async function writeScript(file: string, setUp: readonly string[], command: string): Promise<void> {
  await writeFile(file, ['#!/bin/sh', ...setUp, `exec ${command}`, ''].join('\n'))
  await chmod(file, 0o755)
}

async function programsIn(root: string): Promise<{ name: string; path: string }[]> {
  const found: { name: string; path: string }[] = []
  for (const folder of ['bin', 'sbin', 'usr/bin', 'usr/sbin']) {
    const names: string[] = await readdir(join(root, folder)).catch(() => [])
    for (const name of names.sort()) {
      const path = await insideRoot(root, join(root, folder, name))
      if (existsSync(path)) found.push({ name, path })
    }
  }
  return found
}

/** Where a link leads when `root` is the root: packages have absolute ones (/sbin/ip → /bin/ip), meant for after installation. */
async function insideRoot(root: string, path: string): Promise<string> {
  const target = await readlink(path).catch(() => '')
  return target.startsWith('/') ? join(root, target) : path
}

/** Shell lines that make a program of `root` find its libraries, iptables extensions and Perl modules there. */
async function ownLibraries(root: string): Promise<string[]> {
  const lines: string[] = []
  const libraries = await multiarchFolders(root, ['usr/lib', 'lib'], '')
  if (libraries.length > 0) lines.push(`export LD_LIBRARY_PATH=${libraries.join(':')}`)
  const extensions = libraries
    .map((folder) => join(folder, 'xtables'))
    .find((path) => existsSync(path))
  if (extensions !== undefined) lines.push(`export XTABLES_LIBDIR=${extensions}`)
  const perl = await multiarchFolders(root, ['usr/lib'], 'perl')
  const shared = join(root, 'usr/share/perl')
  const versions = await Promise.all(
    [...perl, ...(existsSync(shared) ? [shared] : [])].map(async (folder) =>
      (await readdir(folder)).map((version) => join(folder, version)),
    ),
  )
  if (versions.length > 0) lines.push(`export PERL5LIB=${versions.flat().sort().join(':')}`)
  return lines
}

async function multiarchFolders(
  root: string,
  below: readonly string[],
  inside: string,
): Promise<string[]> {
  const found: string[] = []
  for (const folder of below) {
    const names = await readdir(join(root, folder)).catch(() => [])
    for (const name of names.filter((each) => each.endsWith('-linux-gnu')).sort()) {
      const path = join(root, folder, name, inside)
      if (existsSync(path)) found.push(path)
    }
  }
  return found
}
