import { describe, expect, test } from 'bun:test'

import { decodeContainers } from '../../../src/apple/container-answers.ts'

const port = (containerPort: number, hostPort: number) => ({
  hostAddress: '127.0.0.1',
  hostPort,
  containerPort,
})

const configuration = {
  id: 'box',
  image: { reference: 'docker.io/library/busybox:latest' },
  labels: { 'agentops.role': 'main' },
  publishedPorts: [port(8080, 50_001), port(80, 50_002)],
}

describe("what Apple's container program says of containers", () => {
  test.each([
    ['0.x: the status is a word', { status: 'running', networks: [] }],
    ['1.x: the status is an object', { id: 'box', status: { state: 'running', networks: [] } }],
  ])('%s', (_, rest) => {
    expect(decodeContainers(JSON.stringify([{ ...rest, configuration }]))).toEqual([
      {
        id: 'box',
        image: 'docker.io/library/busybox:latest',
        status: 'running',
        labels: { 'agentops.role': 'main' },
        ports: [port(80, 50_002), port(8080, 50_001)],
      },
    ])
  })

  test('a status that nobody knows is refused', () => {
    const json = JSON.stringify([{ status: { state: 'frozen' }, configuration }])
    expect(() => decodeContainers(json)).toThrow()
  })
})
