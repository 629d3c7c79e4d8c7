/** Serves HTTP on a Unix socket, for the pages of our own. Throws when the path cannot be bound. */
export function serveUnix(
  path: string,
  respond: (request: Request) => Response | Promise<Response>,
): { stop(): Promise<void> } {
  const options = { unix: path, fetch: respond, development: false as const }
  // A quiet event stream must not be cut. Bun obeys this for Unix sockets too, its types leave it out.
  Object.assign(options, { idleTimeout: 0 })
  const server = Bun.serve(options)
  return { stop: () => server.stop(true) }
}
