import { createServer } from 'node:net'

/** A port of 127.0.0.1 that was free a moment ago, for programs that cannot say which one they took. */
export async function freePort(): Promise<number> {
  const server = createServer()
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('listening on no port')
  return address.port
}
