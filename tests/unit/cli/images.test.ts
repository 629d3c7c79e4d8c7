import { describe, expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../../../src/lib/errors.ts'
import { rejectionOf } from '../../support/rejection-of.ts'
import { AnApp } from './an-app.ts'

/** What a command answers in a project with this agent.yaml. */
async function answer(line: string, yaml = ''): Promise<string> {
  using app = new AnApp()
  writeFileSync(join(app.folder, 'agent.yaml'), yaml)
  await app.run(...line.split(' '))
  return app.output.answers.join('\n')
}

async function refusal(line: string, yaml = ''): Promise<string[]> {
  const error = await rejectionOf(answer(line, yaml))
  if (error instanceof AggregateError) return error.errors.map((problem) => String(problem))
  return [error.message, ...(error instanceof UserError ? error.fixes : [])]
}

describe('agent deps', () => {
  test('list shows every name with its version and kind', async () => {
    const lines = (await answer('deps list')).split('\n')
    expect(lines).toHaveLength(56)
    expect(lines[0]).toBe('NAME            VERSION  KIND             DESCRIPTION')
    expect(lines).toContain('node            22       base image       Node.js with npm')
    expect(JSON.parse(await answer('deps list --json'))).toMatchObject({
      dependencies: { length: 55 },
    })
  })

  test('info shows an entry, found by its alias too', async () => {
    expect(await answer('deps info rg')).toBe(await answer('deps info ripgrep'))
    expect(await answer('deps info typescript')).toContain('needs      node\n')
    expect(JSON.parse(await answer('deps info gofumpt --json'))).toMatchObject({
      name: 'gofumpt',
      checksum: 'with nothing: the project publishes no SHA-256 sums',
    })
    expect(JSON.parse(await answer('deps info k8s --json'))).toMatchObject({
      members: ['helm', 'kubectl'],
    })
  })

  test('info of nothing names what is near', async () => {
    expect(await refusal('deps info nodde')).toEqual([
      '"nodde" is not in the catalogue',
      'agent deps info node',
    ])
    expect((await refusal('deps info frobnicate'))[1]).toBe('agent deps list')
  })
})

describe('agent build --print', () => {
  test('prints the Dockerfile of the project', async () => {
    const text = await answer('build --print', 'dependencies: [node, jq]')
    expect(text).toStartWith('FROM node:22-slim\n')
    expect(text).toEndWith('\nUSER ${AGENT_UID}:${AGENT_GID}')
    const json = await answer('build --print --json', 'dependencies: [node, jq]')
    expect(json).toMatch(/"image": "agentops\/run:[0-9a-f]{16}"/)
    expect(JSON.parse(json)).toMatchObject({
      platform: 'linux/amd64',
      buildArgs: { AGENT_GID: String(process.getgid?.()), AGENT_UID: String(process.getuid?.()) },
      dockerfile: `${text}\n`,
    })
  })

  test('prints an image that is used as it is', async () => {
    expect(await answer('build --print', 'runtime: { node: 20 }')).toBe('FROM node:20-slim')
    expect(await answer('build --print .')).toBe('FROM debian:bookworm-slim')
  })

  test('tells all problems of the dependencies at their places', async () => {
    expect(await refusal('build --print', 'dependencies:\n  - "npm:a"\n  - nodde')).toEqual([
      'UserError: agent.yaml:2:5: dependency npm:a needs node',
      'UserError: agent.yaml:3:5: dependency nodde is not in the catalogue',
    ])
  })
})

test('agent schema prints JSON, with and without --json', async () => {
  const text = await answer('schema')
  expect(JSON.parse(text)).toMatchObject({ title: 'agent.yaml', type: 'object' })
  expect(await answer('schema --json')).toBe(text)
})

test('agent run tells what is wrong with dependencies before anything is made', async () => {
  expect(await refusal('run --dry-run --sandbox none', 'dependencies: [node@99]')).toEqual([
    'UserError: agent.yaml:1:16: dependency node@99 is not offered',
  ])
})

test('agent build takes only platforms that images are built for', async () => {
  expect(await refusal('build --print --platform linux/s390x', 'dependencies: [jq]')).toEqual([
    '--platform "linux/s390x" is no platform that images are built for',
    '--platform linux/amd64',
    '--platform linux/arm64',
  ])
})
