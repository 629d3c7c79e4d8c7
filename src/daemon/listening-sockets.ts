import type { ContainerRuntime } from '../runtime/container-runtime.ts'
import type { ContainerId } from '../runtime/container-state.ts'

/** A TCP socket that listens inside a container. */
export type ListeningSocket = { port: number; loopback: boolean }

/**
 * What listens inside, read by a command there, since its network is its own.
 * Undefined when the image has no `cat`.
 */
export async function listenersIn(
  runtime: ContainerRuntime,
  id: ContainerId,
): Promise<ListeningSocket[] | undefined> {
  const session = await runtime.exec(id, {
    command: ['cat', '/proc/net/tcp', '/proc/net/tcp6'],
    env: {},
    tty: false,
    stdin: false,
  })
  await using stream = session.stream
  const chunks: Uint8Array[] = []
  for await (const chunk of stream.output) if (chunk.stream === 'stdout') chunks.push(chunk.bytes)
  const text = Buffer.concat(chunks).toString('latin1')
  return text === '' ? undefined : parseSocketTable(text)
}

const LISTEN = '0A'

/** Listening sockets in the format of /proc/net/tcp and tcp6 (proc(5)): hex address, in host byte order. */
export function parseSocketTable(text: string): ListeningSocket[] {
  const sockets: ListeningSocket[] = []
  for (const line of text.split('\n')) {
    const [, local, , state] = line.trim().split(/\s+/)
    const [address, port] = (local ?? '').split(':')
    if (state !== LISTEN || address === undefined || port === undefined) continue
    sockets.push({ port: Number.parseInt(port, 16), loopback: isLoopback(address) })
  }
  return sockets
}

/** 127.0.0.0/8, ::1, and IPv4 loopback mapped into IPv6; little-endian words as on every machine we run on. */
function isLoopback(hex: string): boolean {
  if (hex.length === 8) return hex.endsWith('7F')
  if (hex === '00000000000000000000000001000000') return true
  return hex.startsWith('0000000000000000FFFF0000') && hex.endsWith('7F')
}
