import { untilAborted } from '../lib/until-aborted.ts'
import type { ContainerRuntime } from '../runtime/container-runtime.ts'
import type { ContainerId } from '../runtime/container-state.ts'

/** A TCP socket that listens inside a container. */
export type ListeningSocket = { port: number; loopback: boolean }

/** What reading may take: the program that answers is the container's, and may be anything. */
const READ_LIMIT_MS = 3000
const TABLE_MAX_BYTES = 1024 * 1024

/**
 * What listens inside, read by a command there, since its network is its own.
 * Undefined when that cannot be found out, as in an image without `cat`.
 */
export async function listenersIn(
  runtime: ContainerRuntime,
  id: ContainerId,
): Promise<ListeningSocket[] | undefined> {
  const signal = AbortSignal.timeout(READ_LIMIT_MS)
  try {
    const text = await untilAborted(readTables(runtime, id, signal), signal)
    return text.includes('local_address') ? parseSocketTable(text) : undefined
  } catch {
    return undefined
  }
}

async function readTables(
  runtime: ContainerRuntime,
  id: ContainerId,
  signal: AbortSignal,
): Promise<string> {
  const command = ['cat', '/proc/net/tcp', '/proc/net/tcp6']
  const session = await runtime.exec(id, { command, env: {}, tty: false, stdin: false }, signal)
  await using stream = session.stream
  signal.addEventListener('abort', () => void stream[Symbol.asyncDispose]())
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const { stream: name, bytes } of stream.output) {
    if (name === 'stdout') chunks.push(bytes)
    size += bytes.length
    if (size > TABLE_MAX_BYTES) break
  }
  return Buffer.concat(chunks).toString('latin1')
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
