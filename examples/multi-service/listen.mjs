import { createServer } from 'node:http'

/** Serves until SIGTERM or SIGINT. All addresses, because a published port does not arrive on loopback. */
export function listen(name, port, answer) {
  const server = createServer(answer)
  server.listen(port, '0.0.0.0', () => console.log(`${name} listens on port ${port}`))
  for (const signal of ['SIGTERM', 'SIGINT']) {
    process.on(signal, () => {
      server.close()
      server.closeAllConnections()
    })
  }
}
