import { readFileSync } from 'node:fs'
import { expect, test } from 'bun:test'
import { openLibc } from '../../../src/platform/libc.ts'
import { releaseMemory } from '../../../src/platform/release-memory.ts'
import { unwrittenRanges } from '../../../src/platform/unwritten-ranges.ts'
import { skippedTest } from '../../engine/test-engine.ts'
import { testUnlessDeno } from '../../support/test-unless-deno.ts'

const mapping = (head: string, anonymousKb: number): string =>
  `${head}\nSize:   4 kB\nRss:  4 kB\nAnonymous:   ${anonymousKb} kB\nVmFlags: rd ex mr mw me sd\n`

test('only what of the program was never written is given back', () => {
  const smaps = [
    mapping('00200000-01a39000 r--p 00000000 fe:00 77                      /opt/a b/agent', 0),
    mapping('01a40000-0684a000 r-xp 01838000 fe:00 77                      /opt/a b/agent', 0),
    // Was written, then protected.
    mapping('06866000-06867000 r--p 0665d000 fe:00 77                      /opt/a b/agent', 4),
    mapping('06867000-071ef000 rw-p 0665e000 fe:00 77                      /opt/a b/agent', 0),
    mapping('7f1c9aebf000-7f1c9b015000 r-xp 00026000 fe:00 32              /usr/lib/libc.so.6', 0),
    mapping('7f1b00000000-7f1c00000000 rw-p 00000000 00:00 0 ', 428),
  ].join('')
  expect(unwrittenRanges(smaps, '/opt/a b/agent')).toEqual([
    { start: 0x200000n, end: 0x1a39000n },
    { start: 0x1a40000n, end: 0x684a000n },
  ])
})

const givesBack = 'a process that has given memory back has less, and goes on'

if (process.platform !== 'linux') skippedTest(givesBack, 'only Linux tells what memory it has')
else
  testUnlessDeno(givesBack, 'no way to give memory back', () => {
    const before = residentKb()
    releaseMemory(openLibc())
    expect(residentKb()).toBeLessThan(before - 10_000)
    expect(JSON.parse('{"a": [1]}')).toEqual({ a: [1] })
  })

function residentKb(): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1])
}
