import { describe, expect, test } from 'bun:test'
import { imageFor } from '../../../src/image/base-image.ts'
import { configOf } from '../config/reading.ts'

describe('the image of a run', () => {
  test.each([
    ['', 'debian:bookworm-slim', 'default'],
    ['image: ghcr.io/a/b:c', 'ghcr.io/a/b:c', 'image'],
    ['runtime: { node: 20 }', 'node:20-slim', 'runtime'],
    ['dependencies: [node]', 'node:22-slim', 'runtime'],
    ['runtime: { python: 3.10 }', 'python:3.10-slim', 'runtime'],
    ['dependencies: [python]', 'python:3.11-slim', 'runtime'],
    ['dependencies: [go@1.23]', 'golang:1.23', 'runtime'],
    ['dependencies: [go]', 'golang:1.22', 'runtime'],
  ] as const)('%j is %s', (text, reference, source) => {
    expect(imageFor(configOf(text))).toEqual({ kind: 'existing', reference, source })
  })

  test.each([
    'dependencies: [gh]',
    'dependencies: [node, gh]',
    'dependencies: [node, python]',
    'dependencies: [npm:node]',
    'dependencies: [docker:dind]',
    'dependencies: [constructor]',
  ])('%j has to be built', (text) => {
    const config = configOf(text)
    expect(imageFor(config)).toEqual({ kind: 'build', dependencies: config.dependencies })
  })
})
