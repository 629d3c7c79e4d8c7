import { expect, test } from 'bun:test'

import { decodeEvent } from '../../../src/docker/events.ts'

/** As recorded from 26.1.5. */
function line(action: string, attributes: Record<string, string>): string {
  return JSON.stringify({
    status: action,
    id: 'abc',
    Type: 'container',
    Action: action,
    Actor: {
      ID: 'abc',
      Attributes: { image: 'busybox', name: 'x', 'agentops.home': 'h', ...attributes },
    },
    scope: 'local',
    time: 1795536381,
    timeNano: 1_795_536_381_864_123_000,
  })
}

test("an event has the container's labels and nothing of the engine's own", () => {
  expect(
    decodeEvent(line('die', { exitCode: '7', execDuration: '1', signal: '15' })),
  ).toMatchObject({
    kind: 'exited',
    id: 'abc',
    labels: { 'agentops.home': 'h' },
    exitCode: 7,
    timeMs: 1795536381864,
  })
})

test('each kind has its own word, others are passed over', () => {
  const actions = [
    'create',
    'start',
    'die',
    'destroy',
    'oom',
    'attach',
    'exec_create: sh -c x',
    'kill',
  ]
  expect(actions.map((action) => decodeEvent(line(action, {}))?.kind)).toEqual([
    'created',
    'started',
    'exited',
    'removed',
    'out-of-memory',
    undefined,
    undefined,
    undefined,
  ])
})

test('an empty line is nothing, one of another form is an error', () => {
  expect(decodeEvent('')).toBeUndefined()
  expect(() => decodeEvent('{"status":"die"}')).toThrow()
})
