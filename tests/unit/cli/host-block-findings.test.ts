import { expect, test } from 'bun:test'
import { hostBlockFindings } from '../../../src/cli/doctor/host-block-findings.ts'
import type { AccessLine } from '../../../src/daemon/access-line.ts'

const answered: AccessLine = {
  time: '2026-01-02T03:04:05.000Z',
  direction: 'in',
  peer: 'web',
  method: 'GET',
  path: '/',
  status: 200,
  bytes: 1,
  durationMs: 1,
}
const refused: AccessLine = {
  ...answered,
  status: 403,
  reason: 'Vite refused the host',
  fix: 'server.allowedHosts: [".localhost"] in vite.config',
}

test('a dev server that refused its name lately is told, with what makes it accept it', () => {
  expect(hostBlockFindings('myapp', [answered, refused])).toEqual([
    {
      check: 'host name',
      outcome: 'notice',
      detail: 'web of "myapp": Vite refused the host',
      fix: ['server.allowedHosts: [".localhost"] in vite.config'],
    },
  ])
})

test('one that has answered since is not, nor is what went out', () => {
  expect(hostBlockFindings('myapp', [refused, answered])).toEqual([])
  expect(hostBlockFindings('myapp', [{ ...refused, direction: 'out' }])).toEqual([])
})
