import * as z from 'zod'

/** A place to try from inside a run: a connection, a datagram that is echoed, or a question to a name server. */
export type Place = { way: 'tcp' | 'udp' | 'dns'; host: string; port: number }

const MARKER = 'DIALLED '

/** For node: tries every place of its first word, and says of each whether anything came back. Without a word it serves. */
export const DIAL_PROGRAM = `
const net = require('node:net'), dgram = require('node:dgram'), dns = require('node:dns')
const tcp = (host, port) => new Promise((done) => {
  const socket = net.connect({ host, port })
  const end = (said) => { done(said); socket.destroy() }
  socket.setTimeout(2000, () => end('closed'))
  socket.on('connect', () => end('open')).on('error', () => end('closed'))
})
const udp = (host, port) => new Promise((done) => {
  const socket = dgram.createSocket('udp4')
  const end = (said) => { clearTimeout(timer); done(said); try { socket.close() } catch {} }
  const timer = setTimeout(() => end('closed'), 2000)
  socket.on('message', () => end('open')).on('error', () => end('closed'))
  socket.send('hello', port, host, (error) => error && end('closed'))
})
const ask = (host, port) => {
  const resolver = new dns.promises.Resolver({ timeout: 2000, tries: 1 })
  resolver.setServers([host + ':' + port])
  return resolver.resolve4('secret.example.com').then(() => 'open', () => 'closed')
}
const ways = { tcp, udp, dns: ask }
const [, , places] = process.argv
if (places) Promise.all(JSON.parse(places).map(({ way, host, port }) => ways[way](host, port)))
  .then((said) => { console.log('${MARKER}' + JSON.stringify(said)); process.exit() })
else require('node:http').createServer((request, response) => response.end('hello')).listen(3000, '0.0.0.0')
`

/** What it said of each place, in their order. */
export function readDialled(output: string): ('open' | 'closed')[] {
  const line = output.split('\n').find((each) => each.startsWith(MARKER)) ?? ''
  return z.array(z.enum(['open', 'closed'])).parse(JSON.parse(line.slice(MARKER.length)))
}
