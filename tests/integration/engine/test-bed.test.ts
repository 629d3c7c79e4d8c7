import { expect } from 'bun:test'
import { engineTest, testEngine, testLabels } from '../../engine/test-engine.ts'

engineTest('a container runs on the test engine and prints', async () => {
  const { dockerHost, dockerCli } = testEngine()
  const labels = Object.entries(testLabels()).flatMap(([key, value]) => [
    '--label',
    `${key}=${value}`,
  ])
  const child = Bun.spawn([dockerCli, 'run', '--rm', ...labels, 'busybox', 'echo', 'hello'], {
    env: { ...process.env, DOCKER_HOST: dockerHost },
    stdout: 'pipe',
    stderr: 'inherit',
  })
  expect(await child.stdout.text()).toBe('hello\n')
  expect(await child.exited).toBe(0)
})
