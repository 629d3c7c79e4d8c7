import { expect, test } from 'bun:test'
import { homebrewFormula } from '../../../../scripts/release/homebrew-formula.ts'
import type { ReleaseFile, ReleaseManifest } from '../../../../scripts/release/release-manifest.ts'

const place = { baseUrl: 'https://example.com/v1', homepage: 'https://example.com' }

test('each system gets the address and the checksum of its own archive', () => {
  const formula = homebrewFormula(manifestOf('1.2.3'), place)
  const urls = [...formula.matchAll(/url "([^"]+)"\n\s+sha256 "([^"]+)"/g)]
  expect(urls.map(([, url, sum]) => [url, sum])).toEqual([
    ['https://example.com/v1/agent-1.2.3-darwin-arm64.tar.gz', 'd'.repeat(64)],
    ['https://example.com/v1/agent-1.2.3-darwin-x64.tar.gz', 'c'.repeat(64)],
    ['https://example.com/v1/agent-1.2.3-linux-arm64.tar.gz', 'b'.repeat(64)],
    ['https://example.com/v1/agent-1.2.3-linux-x64.tar.gz', 'a'.repeat(64)],
  ])
  expect(formula).toContain('version "1.2.3"')
})

test('a release without one of the four makes no formula', () => {
  const manifest = manifestOf('1.2.3')
  const some = { ...manifest, files: manifest.files.slice(1) }
  expect(() => homebrewFormula(some, place)).toThrow('no binary for linux on x64')
})

test('nothing from outside is Ruby', () => {
  const evil = { ...place, homepage: 'https://example.com/#{system("id")}' }
  expect(() => homebrewFormula(manifestOf('1.2.3'), evil)).toThrow('cannot stand in a formula')
})

function manifestOf(version: string): ReleaseManifest {
  const file = (os: ReleaseFile['os'], cpu: ReleaseFile['cpu'], digit: string): ReleaseFile => ({
    name: `agent-${version}-${os}-${cpu}.tar.gz`,
    os,
    cpu,
    sizeBytes: 1,
    sha256: digit.repeat(64),
  })
  return {
    schema: 1,
    version,
    date: '2026-11-24',
    files: [
      file('linux', 'x64', 'a'),
      file('linux', 'arm64', 'b'),
      file('darwin', 'x64', 'c'),
      file('darwin', 'arm64', 'd'),
    ],
  }
}
