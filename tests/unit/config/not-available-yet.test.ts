import { describe, expect, test } from 'bun:test'
import { notAvailableYet } from '../../../src/config/not-available-yet.ts'
import { problemError } from '../../../src/config/problem.ts'
import { configOf } from './reading.ts'

function missingIn(text: string): string[] {
  return notAvailableYet(configOf(text)).map((problem) => problemError(problem).message)
}

describe('what is not available yet', () => {
  test.each([
    '',
    'dependencies: [node]',
    'runtime: { python: 3.10 }',
    'runtime: { go: 1.22 }\ndependencies: [go@1.22]',
    'image: busybox\ncommand: [sh]\nports: { web: 1 }\nenv: { A: b }\nmounts: ["a:/a"]\ninteractive: true',
    'home: ephemeral\nsandbox: none\nnetwork: { policy: permissive }\ncontainer: { runtime: docker, user: image, memory: 1g, cpus: 1, pids: 1 }',
    'container: { runtime: apple, apple: { builder_dns: [1.1.1.1] } }',
  ])('is nothing in %j', (text) => {
    expect(missingIn(text)).toEqual([])
  })

  test.each([['home: persistent', '1:7: home: persistent is not available yet']])(
    '%j',
    (text, message) => {
      expect(missingIn(text)).toEqual([`agent.yaml:${message}`])
    },
  )
})
