import { randomBytes } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import type { Flock } from '../../platform/flock.ts'
import type { SupervisedFolder } from './supervised-folder.ts'
import { OK, type Order } from './orders.ts'
import { connectSocket, listen, readLine } from './sockets.ts'

const ANSWER_LIMIT_MS = 3000

/**
 * Gives an order to the process that supervises a container. Undefined when there is none: the container
 * has ended, or has not begun.
 */
export async function giveOrder(
  folder: SupervisedFolder,
  order: Order,
): Promise<Socket | undefined> {
  try {
    return await accepted(await connectSocket(folder.socket), order)
  } catch {
    return undefined
  }
}

/**
 * As `giveOrder`; of a container that has not begun, the order waits for the start. `listening` resolves
 * once it can not be missed any more.
 */
export function giveOrderOnceStarted(
  folder: SupervisedFolder,
  order: Order,
  options: { flock: Flock; signal: AbortSignal | undefined },
): { listening: Promise<void>; socket: Promise<Socket | undefined> } {
  const { flock, signal } = options
  const listening = Promise.withResolvers<void>()
  const work = async (): Promise<Socket | undefined> => {
    if (folder.condition(flock).phase !== 'created') return giveOrder(folder, order)
    const call = await expectCall(folder, signal)
    // Between the question and the listening it may have begun without us.
    if (folder.condition(flock).phase !== 'created') {
      call.cancel()
      return giveOrder(folder, order)
    }
    listening.resolve()
    const socket = await call.socket
    return socket && accepted(socket, order)
  }
  const socket = work().finally(() => listening.resolve())
  socket.catch(() => undefined)
  return { listening: listening.promise, socket }
}

async function accepted(socket: Socket, order: Order): Promise<Socket | undefined> {
  socket.write(`${JSON.stringify(order)}\n`)
  // One that is stopped, or stuck, takes connections and says nothing.
  const limit = setTimeout(() => socket.destroy(), ANSWER_LIMIT_MS)
  const answer = await readLine(socket)
  clearTimeout(limit)
  if (answer === OK) return socket
  socket.destroy()
  return undefined
}

/** Listens where the supervising process looks when it begins. */
async function expectCall(
  folder: SupervisedFolder,
  signal: AbortSignal | undefined,
): Promise<{ socket: Promise<Socket | undefined>; cancel: () => void }> {
  const call = Promise.withResolvers<Socket | undefined>()
  mkdirSync(folder.waiting, { recursive: true, mode: 0o700 })
  const path = join(folder.waiting, randomBytes(6).toString('hex'))
  const server = await listen(path, (socket) => {
    finish(socket)
  })
  const finish = (socket: Socket | undefined): void => {
    signal?.removeEventListener('abort', cancel)
    call.resolve(socket)
    server.close()
    rmSync(path, { force: true })
  }
  const cancel = (): void => finish(undefined)
  signal?.addEventListener('abort', cancel, { once: true })
  return { socket: call.promise, cancel }
}
