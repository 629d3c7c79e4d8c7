/*
 * bun scripts/release.ts 1.2.0 --base-url URL     a release in dist/release: archives for four systems, manifest.json,
 *                                                 SHA256SUMS, install.sh and the Homebrew formula; moves the changelog's
 *                                                 "Unreleased" and sets the version of the project
 *   --keep-sources    leave CHANGELOG.md, package.json and package-lock.json as they are; the version may be the one
 *                     they have already. The same commit makes the same files, wherever and whenever
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
import { releaseChangelog, releasedNotes } from './release/release-changelog.ts'
import { checkSources } from './release/source-state.ts'
import { UserError, usageError } from '../src/lib/errors.ts'

const projectDir = join(import.meta.dirname, '..')
const changelog = join(projectDir, 'CHANGELOG.md')

type Words = {
  wanted: string
  baseUrl: string
  homepage: string
  out: string
  keepSources: boolean
}

function readWords(): Words {
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
    throw usageError('usage: bun scripts/release.ts VERSION --base-url URL')
  if (!/^https?:\/\/[^\s'"]+$/.test(baseUrl))
    throw usageError(`--base-url ${baseUrl}: no web address`)
  const { homepage = baseUrl, out, 'keep-sources': keepSources } = values
  return { wanted, baseUrl, homepage, out: resolve(out), keepSources }
}

async function main(): Promise<void> {
  const { wanted, baseUrl, homepage, out: outDir, keepSources } = readWords()
  // The bundler writes paths from here into the program.
  process.chdir(projectDir)
  const current = versionIn(await readFile('package.json', 'utf8'))
  const isSetAlready = keepSources && wanted === current
  const version = isSetAlready ? current : nextVersion(wanted, current)
  const committed = checkSources(projectDir, { version, keepSources })
  const date = committed ?? new Date().toISOString().slice(0, 10)
  const before = await readFile(changelog, 'utf8')
  const { text, notes } = isSetAlready
    ? { text: before, notes: releasedNotes(before, version) }
    : releaseChangelog(before, { version, date })
  const commit = currentCommit(projectDir)
  await rm(outDir, { recursive: true, force: true })
  await mkdir(outDir, { recursive: true })
  await makeRelease({
    projectDir,
    outDir,
    version,
    date,
    baseUrl,
    homepage,
    ...(commit === undefined ? {} : { commit }),
    say: (line) => console.log(line),
  })
  await writeFile(join(outDir, 'NOTES.md'), `${notes}\n`)
  if (!keepSources) {
    await writeFile(changelog, text)
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

if (import.meta.main)
  try {
    await main()
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    console.error(`error: ${error.message}`)
    for (const fix of error.fixes) console.error(`  fix: ${fix}`)
    process.exitCode = error.exitCode
  }
