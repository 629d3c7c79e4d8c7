import { readFile } from 'node:fs/promises'
import { Agent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { Duplex } from 'node:stream'
import { join } from 'node:path'
import { inspect } from 'node:util'

import { errorCode } from '../lib/errors.ts'
import type { Environment } from '../platform/host.ts'
import { UnavailableError } from '../runtime/unavailable-error.ts'

import { formatEndpoint, type Endpoint, type TlsMaterial } from './endpoint.ts'
import { ModemTransport, type ModemTarget } from './modem-transport.ts'
import { openSshConnection } from './ssh-connection.ts'
import type { Transport } from './transport.ts'

type TcpEndpoint = Extract<Endpoint, { kind: 'tcp' }>

/** How to send requests to an endpoint; nothing is opened or read before the first one. */
export function openTransport(endpoint: Endpoint, env: Environment): Transport {
  switch (endpoint.kind) {
    case 'unix':
      return new ModemTransport(async () => ({ socketPath: endpoint.path }))
    case 'tcp':
      return new ModemTransport(() => tcpTarget(endpoint))
    case 'ssh':
      return new ModemTransport(async () => ({
        host: 'http://docker.invalid',
        agent: new DialingAgent(() => openSshConnection(endpoint, env)),
      }))
    default:
      return endpoint satisfies never
  }
}

async function tcpTarget(endpoint: TcpEndpoint): Promise<ModemTarget> {
  const { host, port, tls } = endpoint
  const name = host.includes(':') ? `[${host}]` : host
  if (tls === undefined) return { host: `http://${name}`, port }
  const target = {
    host: `https://${name}`,
    port,
    protocol: 'https' as const,
    ...(await readTlsMaterial(endpoint, tls)),
  }
  return tls.verify
    ? target
    : { ...target, agent: new TrustingAgent({ rejectUnauthorized: false }) }
}

/** Reads `ca.pem`, `cert.pem` and `key.pem`; those that are not there are left out. */
export async function readTlsMaterial(
  endpoint: Endpoint,
  tls: TlsMaterial,
): Promise<{ ca?: Buffer; cert?: Buffer; key?: Buffer }> {
  const [ca, cert, key] = await Promise.all(
    ['ca.pem', 'cert.pem', 'key.pem'].map((name) => readOptional(endpoint, join(tls.folder, name))),
  )
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) }
}

async function readOptional(endpoint: Endpoint, path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path)
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return undefined
    throw new UnavailableError(`the TLS file ${path} cannot be read`, {
      reason: 'denied',
      endpoint: formatEndpoint(endpoint),
      fix: `make it readable: ls -l ${path}`,
      cause,
    })
  }
}

// docker-modem prints every request's options through `inspect`, the agent with all its sockets
// included: a thousand requests then take half a minute. An agent of ours is printed as one word.

/** Makes a new connection for each request. */
class DialingAgent extends Agent {
  readonly #dial: () => Duplex

  constructor(dial: () => Duplex) {
    super({ keepAlive: false })
    this.#dial = dial
  }

  override createConnection(): Duplex {
    return this.#dial()
  }

  [inspect.custom](): string {
    return 'DialingAgent'
  }
}

/** For an engine whose certificate the user said not to check (`SkipTLSVerify` in a context). */
class TrustingAgent extends HttpsAgent {
  [inspect.custom](): string {
    return 'TrustingAgent'
  }
}
