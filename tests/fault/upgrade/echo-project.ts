/** Says which run it is, and which start of it; a WebSocket (RFC 6455) gets every short text back. Needs nothing but Node. */
const SERVER = `
const { createHash, randomUUID } = require('node:crypto')
const life = randomUUID()
const server = require('node:http').createServer((request, response) => {
  response.end(process.env.AGENTOPS_RUN_NAME + ' ' + life)
})
server.on('upgrade', (request, socket) => {
  const key = request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
  const accept = createHash('sha1').update(key).digest('base64')
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n' +
    'Sec-WebSocket-Accept: ' + accept + '\\r\\n\\r\\n')
  socket.on('error', () => {})
  socket.on('data', (frame) => {
    if ((frame[0] & 15) === 8) return socket.end(Buffer.from([0x88, 0]))
    const length = frame[1] & 127
    const text = frame.subarray(6, 6 + length).map((byte, index) => byte ^ frame[2 + (index & 3)])
    socket.write(Buffer.concat([Buffer.from([0x81, length]), text]))
  })
})
server.listen(3000)
`

/** The files of a project that serves `web`: on an engine from an image, without one by this machine's node. */
export function echoProject(runtime: 'docker' | 'embedded'): Record<string, string> {
  const base = runtime === 'docker' ? 'image: node:22-slim' : 'dependencies: [node]'
  return {
    'agent.yaml': `${base}\nports: { web: 3000 }\ncommand: [node, server.cjs]\n`,
    'server.cjs': SERVER,
  }
}
