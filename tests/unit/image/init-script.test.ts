import { expect, test } from 'bun:test'
import { initScript } from '../../../src/image/init-script.ts'

test.each(['host', 'dind'] as const)('the entry point of docker:%s is POSIX sh', async (mode) => {
  const child = Bun.spawn(['sh', '-n'], {
    stdin: new Blob([initScript(mode)]),
    stderr: 'pipe',
  })
  expect(await new Response(child.stderr).text()).toBe('')
  expect(await child.exited).toBe(0)
})

test('only an engine of its own is started, and told of its builder', () => {
  expect(initScript('host')).not.toMatch(/dockerd|buildx/)
  expect(initScript('dind')).toContain('docker buildx create --name side --driver remote')
})
