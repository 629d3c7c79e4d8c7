import { connect, createServer, type Server, type Socket } from 'node:net'

/** Connects to a Unix socket; rejects with the system's error. */
export function connectSocket(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path, allowHalfOpen: true })
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      // A connection that breaks also closes, and that is where everybody looks.
      socket.on('error', () => undefined)
      resolve(socket)
    })
  })
}

/** Listens on a Unix socket. */
export function listen(path: string, onConnection: (socket: Socket) => void): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => socket.destroy())
      onConnection(socket)
    })
    server.once('error', reject)
    server.listen(path, () => {
      server.off('error', reject)
      resolve(server)
    })
  })
}

const LINE_MAX = 1024 * 1024

/** Reads one line and leaves what follows it unread; undefined when the peer ends before. */
export function readLine(socket: Socket): Promise<string | undefined> {
  return new Promise((resolve) => {
    let pending = Buffer.alloc(0)
    const finish = (line: string | undefined): void => {
      socket.off('readable', onReadable)
      socket.off('close', onEnd)
      socket.off('end', onEnd)
      resolve(line)
    }
    const onEnd = (): void => finish(undefined)
    const onReadable = (): void => {
      for (;;) {
        const chunk: unknown = socket.read()
        if (!Buffer.isBuffer(chunk)) return
        pending = Buffer.concat([pending, chunk])
        const end = pending.indexOf(0x0a)
        if (end >= 0) {
          finish(pending.toString('utf8', 0, end))
          if (end + 1 < pending.length) socket.unshift(pending.subarray(end + 1))
          return
        }
        if (pending.length <= LINE_MAX) continue
        socket.destroy()
        return
      }
    }
    socket.on('readable', onReadable)
    socket.on('end', onEnd)
    socket.on('close', onEnd)
  })
}

/** Writes and waits until the bytes were taken; false when nobody takes them any more. */
export function writeWhole(socket: Socket, bytes: Uint8Array): Promise<boolean> {
  if (socket.destroyed || socket.writableEnded) return Promise.resolve(false)
  return new Promise((resolve) => {
    const onClose = (): void => resolve(false)
    socket.once('close', onClose)
    socket.write(bytes, (error) => {
      socket.off('close', onClose)
      resolve(error === null || error === undefined)
    })
  })
}

/** Resolves when the other side has closed, or after the limit; rejects with the signal's reason. */
export function untilClosed(
  socket: Socket,
  { limitMs, signal }: { limitMs?: number; signal?: AbortSignal | undefined },
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (socket.destroyed) return resolve()
    const limit = limitMs === undefined ? undefined : setTimeout(() => socket.destroy(), limitMs)
    const onAbort = (): void => {
      socket.destroy()
      reject(signal?.reason)
    }
    if (signal?.aborted === true) return onAbort()
    signal?.addEventListener('abort', onAbort, { once: true })
    socket.once('close', () => {
      clearTimeout(limit)
      signal?.removeEventListener('abort', onAbort)
      resolve()
    })
    socket.once('end', () => socket.end())
    socket.resume()
  })
}
