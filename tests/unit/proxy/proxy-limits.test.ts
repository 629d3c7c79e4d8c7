import { describe, expect, test } from 'bun:test'
import { defaultLimits, limitsWithin } from '../../../src/proxy/proxy-limits.ts'

describe('the limits of a process that may open only so many files', () => {
  test.each([64, 256, 1024, 4096, 20_000, 1_048_576])('%d', (descriptors) => {
    const { clients, clientsTurnedAway, tunnelsPerAgent } = limitsWithin(descriptors)
    expect(clients).toBeGreaterThan(0)
    expect(tunnelsPerAgent).toBeLessThanOrEqual(clients)
    if (descriptors > 64) expect(2 * clients + clientsTurnedAway).toBeLessThan(descriptors)
  })

  test('are the usual ones where there is enough', () => {
    expect({ ...defaultLimits, ...limitsWithin(1_048_576) }).toEqual(defaultLimits)
  })
})
