import { rmSync } from 'node:fs'

/** Serves HTTP on a Unix socket, for the pages of our own. Throws when the path cannot be bound. */
export function serveUnix(
  path: string,
  respond: (request: Request) => Response | Promise<Response>,
): { stop(): Promise<void> } {
  const end = new AbortController()
  const server = Deno.serve({ path, signal: end.signal, onListen: () => undefined }, respond)
  return {
    stop: async () => {
      end.abort()
      await server.finished
      rmSync(path, { force: true })
    },
  }
}
