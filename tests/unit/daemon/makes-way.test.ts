import { expect, test } from 'bun:test'
import { makesWay } from '../../../src/daemon/makes-way.ts'

const aboveThousand = (port: number): boolean => port >= 1024

test('a daemon makes way for a newer version, and for no other', () => {
  const versions = ['0.9.0', '1.0.0', '1.0.1', '2.0.0']
  expect(versions.map((version) => makesWay({ version: '1.0.0' }, version, aboveThousand))).toEqual(
    [false, false, true, true],
  )
})

test('a daemon stays while its proxy listens where the next one could not', () => {
  const older = { version: '1.0.0' }
  expect(makesWay({ ...older, proxyPort: 80 }, '1.1.0', aboveThousand)).toBe(false)
  expect(makesWay({ ...older, proxyPort: 8080 }, '1.1.0', aboveThousand)).toBe(true)
  expect(makesWay({ ...older, proxyPort: 80 }, '1.1.0', () => true)).toBe(true)
  // Its manager opens the port for the next one.
  expect(makesWay({ ...older, proxyPort: 80, service: true }, '1.1.0', aboveThousand)).toBe(true)
})
