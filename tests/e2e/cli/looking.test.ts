import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'bun:test'
import { engineTest } from '../../engine/test-engine.ts'
import { AgentHome, until } from '../support/agent-home.ts'

/** Counts to 5, waits for a file in the project, then ends. */
const COUNTER = `image: busybox:latest
sandbox: none
command: |
  for i in 1 2 3 4 5; do echo "line $i"; done
  sleep 0.2
  echo "to stderr" >&2
  while [ ! -e go ]; do sleep 0.05; done
  echo "last line"
  exit 3
`

engineTest('logs shows the end of the output, follows it, and keeps it', async () => {
  await using home = new AgentHome()
  const project = home.project('p', { 'agent.yaml': COUNTER })
  await home.answer(['run', '-d', '--name', 'a', project])
  await until('it has counted', async () =>
    (await home.agent(['logs', 'a'])).stderr.includes('to stderr'),
  )
  expect(await home.agent(['logs', 'a', '-n', '2'])).toMatchObject({
    stdout: 'line 5\n',
    stderr: 'to stderr\n',
  })
  const stamped = await home.agent(['logs', '--timestamps', '--tail', 'all'])
  expect(stamped.stdout).toMatch(/^(\d{4}-\d\d-\d\dT[0-9:.]+Z line \d\n){5}$/)

  const following = home.spawn(['logs', '-f', 'a'])
  const followed = new Response(following.stdout).text()
  const interrupted = home.spawn(['logs', '-f', 'a'])
  interrupted.kill('SIGINT')
  await interrupted.exited
  expect(await home.answer(['list'])).toMatch(/^a .* running /m)
  writeFileSync(join(project, 'go'), '')
  expect(await following.exited).toBe(0)
  expect(await followed).toBe('line 1\nline 2\nline 3\nline 4\nline 5\nlast line\n')

  await until('it has ended', async () => !(await home.answer(['list'])).includes('run_'))
  const stored = await home.agent(['logs', 'a', '-n', '3'])
  expect(stored).toMatchObject({ code: 0, stdout: 'line 5\nlast line\n', stderr: 'to stderr\n' })
  expect(await home.answer(['list', '-a'])).toMatch(/^a .* failed \(3\) /m)
})

engineTest('attach shows the output from now on, and passes on the exit code', async () => {
  await using home = new AgentHome()
  const project = home.project('p', { 'agent.yaml': COUNTER })
  await home.answer(['run', '-d', '--name', 'a', project])
  await until('it has counted', async () =>
    (await home.agent(['logs', 'a'])).stderr.includes('to stderr'),
  )
  const attached = home.spawn(['attach', 'a'])
  const output = new Response(attached.stdout).text()
  await until('it ends', async () => {
    // Attached or not yet: what counts is that the last line comes after it.
    writeFileSync(join(project, 'go'), '')
    return (await home.answer(['list', '-a'])).includes('failed (3)')
  })
  expect([1, 3]).toContain(await attached.exited)
  expect(await output).not.toContain('line 1')
})

engineTest('open prints the URL and hands it to the browser', async () => {
  await using home = new AgentHome()
  const project = home.project('p', {
    'agent.yaml':
      'image: busybox:latest\nsandbox: none\nports: { web: 3000 }\ncommand: [sleep, "300"]\n',
  })
  const bin = home.project('bin', { 'xdg-open': '#!/bin/sh\necho "$@" > "$OPENED"\n' })
  chmodSync(join(bin, 'xdg-open'), 0o755)
  await home.answer(['run', '-d', '--name', 'a', project])
  const url = await home.answer(['url', 'a'])
  const opened = join(home.dir, 'opened')
  const env = { PATH: `${bin}:${home.env['PATH']}`, OPENED: opened }
  expect(await home.agent(['open', 'a', 'web'], { env })).toMatchObject({
    code: 0,
    stdout: `${url}\n`,
  })
  await until('it is opened', () => readOrNothing(opened) === `${url}\n`)
})

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
