import { AgentHome, NO_ENGINE } from '../support/agent-home.ts'

/**
 * Listens on 3000 and 8080 without packages. Its page opens a WebSocket and shows what comes back; /quit has it
 * listen no more; /set?<cookie> sets a cookie, /cookies says which came.
 */
const SERVER = `
const { createServer } = require('node:http')
const { createHash } = require('node:crypto')

const page = (name) => '<!doctype html><title>' + name + '</title><h1>' + name + '</h1><output></output><script>' +
  'const socket = new WebSocket("ws://" + location.host + "/echo");' +
  'socket.onopen = () => socket.send("over and back");' +
  'socket.onmessage = ({ data }) => { document.querySelector("output").textContent += data };' +
  '</script>'

for (const port of [3000, 8080]) {
  const server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url, 'http://x')
    if (pathname === '/quit') server.close()
    if (pathname === '/set') response.setHeader('Set-Cookie', decodeURIComponent(search.slice(1)))
    response.setHeader('Content-Type', 'text/html')
    response.setHeader('Connection', 'close')
    response.end(pathname === '/cookies' ? request.headers.cookie ?? '' : page(request.headers.host))
  })
  server.on('upgrade', (request, socket) => {
    const key = request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
    const accept = createHash('sha1').update(key).digest('base64')
    socket.write('HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\n' +
      'Sec-WebSocket-Accept: ' + accept + '\\r\\n\\r\\n')
    // Short masked text frames only (RFC 6455, section 5.2); anything else is the browser's close.
    socket.on('data', (frame) => {
      if (frame[0] !== 0x81) return socket.end()
      const text = frame.subarray(6).map((byte, at) => byte ^ frame[2 + (at % 4)])
      socket.write(Buffer.concat([Buffer.from([0x81, text.length]), text]))
    })
    socket.on('error', () => socket.destroy())
  })
  server.listen(port)
}
`

const yaml = (command: string): string =>
  `dependencies: [node]\nports: { web: 3000, api: 8080 }\ncommand: ${command}\n`

/** A user whose runs have namespaces of this machine, and no engine. */
export function homeOfEmbedded(): AgentHome {
  return new AgentHome({ env: { DOCKER_HOST: NO_ENGINE } })
}

/** Starts a run with the services `web` and `api`, and returns the proxy's port. */
export async function start(home: AgentHome, name: string): Promise<string> {
  const project = home.project(name, {
    'agent.yaml': yaml('[node, server.cjs]'),
    'server.cjs': SERVER,
  })
  return startProject(home, name, project)
}

/** Like `start`, but nothing listens until `release` has been called. */
export async function startHeld(
  home: AgentHome,
  name: string,
): Promise<{ port: string; release: () => void }> {
  const project = home.project(name, {
    'agent.yaml': yaml('[sh, -c, "until [ -e go ]; do sleep 0.1; done; exec node server.cjs"]'),
    'server.cjs': SERVER,
  })
  const port = await startProject(home, name, project)
  return { port, release: () => void home.project(name, { go: '' }) }
}

async function startProject(home: AgentHome, name: string, project: string): Promise<string> {
  await home.answer(['run', '-d', '--runtime', 'embedded', '--name', name, project])
  return new URL(await home.answer(['url', name])).port
}
