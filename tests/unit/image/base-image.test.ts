import { describe, expect, test } from 'bun:test'
import { imageFor } from '../../../src/image/base-image.ts'
import { configOf, reportOf, valueOf } from '../config/reading.ts'

describe('the image of a run', () => {
  test.each([
    ['', 'debian:bookworm-slim', 'default'],
    ['image: ghcr.io/a/b:c', 'ghcr.io/a/b:c', 'image'],
    ['runtime: { node: 20 }', 'node:20-slim', 'runtime'],
    ['dependencies: [node]', 'node:22-slim', 'runtime'],
    ['dependencies: [nodejs@v20.1]', 'node:20.1-slim', 'runtime'],
    ['runtime: { python: 3.10 }', 'python:3.10-slim', 'runtime'],
    ['dependencies: [python]', 'python:3.11-slim', 'runtime'],
    ['dependencies: [go@1.23]', 'golang:1.23', 'runtime'],
    ['dependencies: [go]', 'golang:1.22', 'runtime'],
    ['dependencies: [rust]', 'rust:1-slim', 'runtime'],
  ] as const)('%j is %s', (text, reference, source) => {
    const value = { kind: 'existing', reference, source } as const
    expect(imageFor(configOf(text))).toEqual({ ok: true, value })
  })

  test.each([
    'dependencies: [gh]',
    'dependencies: [node, gh]',
    'dependencies: [node, python]',
    'dependencies: [node, "npm:left-pad"]',
  ])('%j has to be built', (text) => {
    expect(valueOf(imageFor(configOf(text))).kind).toBe('build')
  })

  test.each([['dependencies: [constructor]', 'dependency constructor is not in the catalogue']])(
    '%j has none',
    (text, what) => {
      expect(reportOf(imageFor(configOf(text)))[0]).toStartWith(`agent.yaml:1:16: ${what} | `)
    },
  )
})
