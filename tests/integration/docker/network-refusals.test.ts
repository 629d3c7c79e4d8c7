import { expect, test } from 'bun:test'

import { connectDocker } from '../../../src/docker/connect-docker.ts'
import type { DockerNetworks } from '../../../src/docker/networks.ts'
import { UserError } from '../../../src/lib/errors.ts'
import { afterGreeting, RawServer, response, type Connection } from '../../support/raw-server.ts'
import { rejectionOf } from '../../support/rejection-of.ts'

const spec = { name: 'agentops', labels: {}, interContainer: false }

async function networksOf(server: RawServer): Promise<DockerNetworks> {
  return (await connectDocker({ endpoint: server.endpoint, env: {}, home: '/nowhere' })).networks
}

function refusal(status: number, message: string): string {
  return response(status, JSON.stringify({ message }))
}

/** An engine without networks that answers a create as told. */
function creating(answer: (connection: Connection) => void): (connection: Connection) => void {
  return afterGreeting((connection) => {
    if (connection.head.includes('/networks/create')) answer(connection)
    else connection.socket.end(response(200, '[]'))
  })
}

// As recorded from 20.10.24 and 28.5.2 when their address pools were used up.
const exhausted: [number, string][] = [
  [
    404,
    'could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network',
  ],
  [400, 'all predefined address pools have been fully subnetted'],
]

for (const [status, message] of exhausted) {
  test(`no addresses left, said with ${status}, names the remedies`, async () => {
    await using server = await RawServer.start(
      creating(({ socket }) => socket.end(refusal(status, message))),
    )
    const error = await rejectionOf((await networksOf(server)).ensure(spec))
    expect(error.message).toBe('the engine has no addresses left for the network "agentops"')
    expect(error instanceof UserError && error.fixes[0]).toBe(
      'remove networks that nobody uses: docker network prune',
    )
  })
}

const races: [number, string][] = [
  [409, 'network with name agentops already exists'],
  [
    403,
    'cannot create network abc (br-1): conflicts with network def (br-1): networks have same bridge name',
  ],
]

for (const [status, message] of races) {
  test(`a race that was lost with ${status} ends with the winner's network, once it shows`, async () => {
    let lists = 0
    await using server = await RawServer.start(
      afterGreeting(({ socket, head }) => {
        if (head.includes('/networks/create')) socket.end(refusal(status, message))
        else if (lists++ < 2) socket.end(response(200, '[{"Id":"other","Name":"agentops2"}]'))
        else socket.end(response(200, '[{"Id":"theirs","Name":"agentops","Labels":null}]'))
      }),
    )
    expect(await (await networksOf(server)).ensure(spec)).toBe('theirs')
  })
}

test('a network that stays in use is reported, never swallowed', async () => {
  await using server = await RawServer.start(
    afterGreeting(({ socket, head }) => {
      if (head.startsWith('DELETE'))
        socket.end(refusal(403, 'error while removing network: network x has active endpoints'))
      else socket.end(response(200, '{"Containers":{}}'))
    }),
  )
  const error = await rejectionOf((await networksOf(server)).remove('0123456789abcdef'))
  expect(error.message).toBe('the network 0123456789ab is still in use')
})

test('a subnet of our own range that somebody takes meanwhile is followed by the next', async () => {
  const answers = [
    refusal(404, exhausted[0]?.[1] ?? ''),
    refusal(403, 'Pool overlaps with other one on this address space'),
    response(201, '{"Id":"ours"}'),
  ]
  await using server = await RawServer.start(
    creating(({ socket }) => socket.end(answers.shift() ?? refusal(500, 'asked too often'))),
  )
  expect(await (await networksOf(server)).ensure(spec)).toBe('ours')
})
