import { describe, expect, test } from 'bun:test'
import { appendFileSync, openSync, closeSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileLog } from '../../../src/daemon/file-log.ts'
import { FakeClock } from '../../fakes/fake-clock.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const LIMITS = { maxBytes: 4000, keptBytes: 1000 }

describe('the log of the background process', () => {
  test('has the time of each line, and only its owner reads it', () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'daemon.log')
    const log = fileLog(path, new FakeClock())
    log('one')
    log('two')
    expect(readFileSync(path, 'utf8')).toMatch(/^[\d-]+T[\d:.]+Z one\n[\d-]+T[\d:.]+Z two\n$/)
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  test('keeps whole last lines of one that has grown too long', () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'daemon.log')
    writeFileSync(path, lines(0, 100_000))
    fileLog(path, new FakeClock())
    const kept = readFileSync(path, 'utf8')
    expect(kept.length).toBeLessThanOrEqual(256 * 1024)
    expect(kept.length).toBeGreaterThan(256 * 1024 - 20)
    expect(kept).toStartWith('line ')
    expect(lines(0, 100_000)).toEndWith(kept)
  })

  test('is left as it is up to its limit', () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'daemon.log')
    writeFileSync(path, 'x'.repeat(LIMITS.maxBytes))
    fileLog(path, new FakeClock(), LIMITS)
    expect(statSync(path).size).toBe(LIMITS.maxBytes)
  })

  test('never grows beyond its limit, and what another descriptor appends goes on in the same file', () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'daemon.log')
    const log = fileLog(path, new FakeClock(), LIMITS)
    log('first')
    const stderr = openSync(path, 'a')
    try {
      for (let number = 0; number < 1000; number++) {
        log(`line ${number}`)
        expect(statSync(path).size).toBeLessThanOrEqual(LIMITS.maxBytes)
      }
      appendFileSync(stderr, 'a crash\n')
    } finally {
      closeSync(stderr)
    }
    expect(readFileSync(path, 'utf8')).toEndWith(' line 999\na crash\n')
  })

  test('that cannot be written is no failure', () => {
    fileLog('/nowhere/daemon.log', new FakeClock())('a line')
  })
})

function lines(from: number, to: number): string {
  let text = ''
  for (let number = from; number < to; number++) text += `line ${number}\n`
  return text
}
