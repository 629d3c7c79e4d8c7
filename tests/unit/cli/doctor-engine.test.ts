import { describe, expect, test } from 'bun:test'
import { buildkitFinding } from '../../../src/cli/doctor/buildkit-finding.ts'
import { diskFinding } from '../../../src/cli/doctor/disk-finding.ts'
import { canListenAt, gatewayFinding } from '../../../src/cli/doctor/gateway-finding.ts'

describe('the check of BuildKit', () => {
  const facts = {
    buildkitHost: { value: undefined, source: 'default', name: '' },
    isBuildkitDisabled: { value: false, source: 'default', name: '' },
    description: 'Docker Engine 26',
    hasBuildkit: true,
    answers: undefined,
  } as const
  const host = {
    value: 'tcp://builder:1234',
    source: 'environment',
    name: 'BUILDKIT_HOST',
  } as const
  const off = {
    value: true,
    source: 'environment',
    name: 'AGENTOPS_DISABLE_BUILDKIT',
  } as const

  test('asks the one that is named, and no other', () => {
    expect(buildkitFinding(facts)).toMatchObject({ outcome: 'ok' })
    const named = { ...facts, buildkitHost: host, hasBuildkit: false }
    expect(buildkitFinding({ ...named, answers: true }).outcome).toBe('ok')
    expect(buildkitFinding({ ...named, answers: false })).toMatchObject({
      outcome: 'notice',
      fix: ['start BuildKit there, or unset BUILDKIT_HOST'],
    })
  })

  test('says how to get one where there is none, it is off, or nobody knows', () => {
    expect(buildkitFinding({ ...facts, hasBuildkit: false }).fix?.join()).toContain('BUILDKIT_HOST')
    expect(buildkitFinding({ ...facts, isBuildkitDisabled: off }).fix).toEqual([
      'unset AGENTOPS_DISABLE_BUILDKIT',
    ])
    expect(buildkitFinding({ ...facts, hasBuildkit: undefined }).outcome).toBe('notice')
  })
})

test('the check of the disk is broken only where nothing can be written any more', () => {
  const space = { path: '/state', freeBytes: 50e9, totalBytes: 100e9 }
  expect(diskFinding(space).outcome).toBe('ok')
  expect(diskFinding({ ...space, freeBytes: 1e9 })).toMatchObject({
    outcome: 'notice',
    detail: '1.0 GB of 100 GB free at /state',
  })
  expect(diskFinding({ ...space, freeBytes: 1000 }).outcome).toBe('broken')
})

describe('the check of names inside runs', () => {
  test('tells an address of this machine from another', async () => {
    expect(await canListenAt('127.0.0.1')).toBe(true)
    // RFC 5737: for documentation, nobody's.
    expect(await canListenAt('192.0.2.1')).toBe(false)
  })

  test('is told only where there is a network of runs to look at', () => {
    expect(gatewayFinding(undefined, false, 'linux').outcome).toBe('ok')
    expect(gatewayFinding('172.18.0.1', true, 'linux').outcome).toBe('ok')
    expect(gatewayFinding('172.18.0.1', false, 'linux')).toMatchObject({
      outcome: 'notice',
      fix: ['docker context use default'],
    })
    expect(gatewayFinding('172.18.0.1', false, 'darwin').fix).toBeUndefined()
  })
})
