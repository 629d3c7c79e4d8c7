/*
 * bun scripts/release.ts 1.2.0 --base-url URL     a release in dist/release: archives for four systems, manifest.json,
 *                                                 SHA256SUMS, install.sh and the Homebrew formula; moves the changelog's
 *                                                 "Unreleased" and sets the version of the project
 *   --keep-sources    leave CHANGELOG.md, package.json and package-lock.json as they are
 *   --out DIR         in place of dist/release
 *   --homepage URL    for the formula; default: the base URL
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { currentCommit } from './current-commit.ts'
import { makeRelease } from './release/make-release.ts'
import { nextVersion } from './release/next-version.ts'
import { lockWithVersion, versionIn, withVersion } from './release/project-version.ts'
import { releaseChangelog } from './release/release-changelog.ts'

const projectDir = join(import.meta.dirname, '..')

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      'base-url': { type: 'string' },
      homepage: { type: 'string' },
      out: { type: 'string', default: join(projectDir, 'dist', 'release') },
      'keep-sources': { type: 'boolean', default: false },
    },
  })
  const [wanted, ...others] = positionals
  const baseUrl = values['base-url']?.replace(/\/+$/, '')
  if (wanted === undefined || others.length > 0 || baseUrl === undefined)
    throw new Error('usage: bun scripts/release.ts VERSION --base-url URL')
  if (!/^https?:\/\/[^\s'"]+$/.test(baseUrl))
    throw new Error(`--base-url ${baseUrl}: no web address`)
  const date = new Date().toISOString().slice(0, 10)
  const version = nextVersion(
    wanted,
    versionIn(await readFile(join(projectDir, 'package.json'), 'utf8')),
  )
  const changelog = join(projectDir, 'CHANGELOG.md')
  const released = releaseChangelog(await readFile(changelog, 'utf8'), { version, date })
  const commit = currentCommit(projectDir)
  const outDir = resolve(values.out)
  await rm(outDir, { recursive: true, force: true })
  await mkdir(outDir, { recursive: true })
  await makeRelease({
    projectDir,
    outDir,
    version,
    date,
    baseUrl,
    homepage: values.homepage ?? baseUrl,
    ...(commit === undefined ? {} : { commit }),
    say: (line) => console.log(line),
  })
  await writeFile(join(outDir, 'NOTES.md'), `${released.notes}\n`)
  if (!values['keep-sources']) {
    await writeFile(changelog, released.text)
    await setVersion(version)
  }
  console.log(outDir)
}

/** In package.json and in package-lock.json. */
async function setVersion(version: string): Promise<void> {
  await rewrite('package.json', (text) => withVersion(text, version))
  await rewrite('package-lock.json', (text) => lockWithVersion(text, version))
}

async function rewrite(name: string, change: (text: string) => string): Promise<void> {
  const path = join(projectDir, name)
  await writeFile(path, change(await readFile(path, 'utf8')))
}

if (import.meta.main) await main()
