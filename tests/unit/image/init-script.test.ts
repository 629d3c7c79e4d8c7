import { expect, test } from 'bun:test'
import { spawnSync } from 'node:child_process'
import { initScript } from '../../../src/image/init-script.ts'

test.each(['host', 'dind'] as const)('the entry point of docker:%s is POSIX sh', (mode) => {
  const { status, stderr } = spawnSync('sh', ['-n'], { input: initScript(mode), encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(status).toBe(0)
})

test('only an engine of its own is started, and told of its builder', () => {
  expect(initScript('host')).not.toMatch(/dockerd|buildx/)
  expect(initScript('dind')).toContain('docker buildx create --name side --driver remote')
})
