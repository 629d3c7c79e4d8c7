import { expect, test } from 'bun:test'
import { inheritedSockets } from '../../../src/platform/inherited-sockets.ts'
import { skippedTest } from '../../engine/test-engine.ts'

test('sockets that are meant for another process are not taken', () => {
  expect(inheritedSockets({})).toEqual([])
  expect(inheritedSockets({ LISTEN_FDS: '1' })).toEqual([])
  expect(inheritedSockets({ LISTEN_PID: '1', LISTEN_FDS: '1' })).toEqual([])
  const own = String(process.pid)
  for (const count of ['', '0', '-1', 'x', '1000000'])
    expect(inheritedSockets({ LISTEN_PID: own, LISTEN_FDS: count })).toEqual([])
})

if (process.platform !== 'linux')
  skippedTest('only listeners on loopback are taken', 'systemd is on Linux only')
else
  test('only listeners on loopback are taken', () => {
    // Descriptor 3 of this process is no listener.
    expect(() => inheritedSockets({ LISTEN_PID: String(process.pid), LISTEN_FDS: '1' })).toThrow(
      'socket 3 of the socket unit does not listen on a loopback address',
    )
  })
