import { head } from '../../../integration/proxy/bed/proxy-bed.ts'

/** What a hostile page or client may send, and the statuses of all that it gets. `pass` of these reach the upstream. */
export type HostileRequest = { name: string; request: string; gets: string; passes?: number }

const ours = 'Host: web.fault.localhost'
const smuggled = head('GET /smuggled HTTP/1.1', ours)
const post = (...lines: string[]): string => head('POST / HTTP/1.1', ours, ...lines)
const foreign = (host: string): string =>
  head('GET / HTTP/1.1', `Host: ${host}`, 'Connection: close')

const hosts: HostileRequest[] = [
  { name: 'a rebound name', request: foreign('rebind.attacker.example'), gets: '421' },
  { name: 'a rebound name with our port', request: foreign('attacker.example:8080'), gets: '421' },
  { name: 'an address of this network', request: foreign('192.168.1.10'), gets: '421' },
  {
    name: 'localhost as a part of a name',
    request: foreign('localhost.attacker.example'),
    gets: '421',
  },
  { name: 'a name that only ends like ours', request: foreign('evillocalhost'), gets: '421' },
  { name: 'a service of nobody', request: foreign('web.nobody.localhost'), gets: '404' },
  {
    name: 'a foreign Host with X-Forwarded-Host of ours',
    request: head(
      'GET / HTTP/1.1',
      'Host: evil.example',
      'X-Forwarded-Host: web.fault.localhost',
      'Connection: close',
    ),
    gets: '421',
  },
  {
    name: 'a foreign absolute target with Host of ours',
    request: head('GET http://evil.example/ HTTP/1.1', ours, 'Connection: close'),
    gets: '421',
  },
  {
    name: 'an absolute target of ours with a foreign Host',
    request: head(
      'GET http://web.fault.localhost/ HTTP/1.1',
      'Host: evil.example',
      'Connection: close',
    ),
    gets: '200',
    passes: 1,
  },
  {
    name: 'an absolute target with a user',
    request: head('GET http://evil@web.fault.localhost/ HTTP/1.1', ours),
    gets: '400',
  },
  {
    name: 'an absolute target of another scheme',
    request: head('GET file:///etc/passwd HTTP/1.1', ours),
    gets: '400',
  },
  { name: 'no Host', request: head('GET / HTTP/1.1'), gets: '400' },
  { name: 'two Hosts', request: head('GET / HTTP/1.1', ours, 'Host: evil.example'), gets: '400' },
  {
    name: 'two Hosts in one',
    request: head('GET / HTTP/1.1', `${ours}, evil.example`),
    gets: '400',
  },
  {
    name: 'a Host with a user',
    request: head('GET / HTTP/1.1', 'Host: evil@web.fault.localhost'),
    gets: '400',
  },
  {
    name: 'CONNECT',
    request: head('CONNECT evil.example:443 HTTP/1.1', 'Host: evil.example:443'),
    gets: '501',
  },
]

const smuggling: HostileRequest[] = [
  {
    name: 'CL and TE',
    request: `${post('Content-Length: 4', 'Transfer-Encoding: chunked')}0\r\n\r\n${smuggled}`,
    gets: '400',
  },
  {
    name: 'TE and CL',
    request: `${post('Transfer-Encoding: chunked', 'Content-Length: 40')}0\r\n\r\n${smuggled}`,
    gets: '400',
  },
  {
    name: 'two CL',
    request: `${post('Content-Length: 0', 'Content-Length: 40')}${smuggled}`,
    gets: '400',
  },
  { name: 'a list as CL', request: `${post('Content-Length: 0, 40')}${smuggled}`, gets: '400' },
  { name: 'CL with a sign', request: `${post('Content-Length: +0')}${smuggled}`, gets: '400' },
  {
    name: 'a blank before the colon',
    request: `${post('Transfer-Encoding : chunked')}0\r\n\r\n${smuggled}`,
    gets: '400',
  },
  {
    name: 'a folded TE',
    request: `${post('Transfer-Encoding:', ' chunked')}0\r\n\r\n${smuggled}`,
    gets: '400',
  },
  {
    name: 'TE with a vertical tab',
    request: `${post('Transfer-Encoding: \x0bchunked')}0\r\n\r\n${smuggled}`,
    gets: '400',
  },
  {
    name: 'TE twice',
    request: `${post('Transfer-Encoding: chunked', 'Transfer-Encoding: identity')}0\r\n\r\n${smuggled}`,
    gets: '400',
  },
  {
    name: 'an unknown TE',
    request: `${post('Transfer-Encoding: xchunked')}0\r\n\r\n${smuggled}`,
    gets: '501',
  },
  {
    name: 'chunked in HTTP/1.0',
    request: `${head('POST / HTTP/1.0', ours, 'Transfer-Encoding: chunked')}0\r\n\r\n${smuggled}`,
    gets: '400',
  },
  {
    name: 'a field after a bare LF',
    request: `${post('A: 1\nTransfer-Encoding: chunked')}0\r\n\r\n${smuggled}`,
    gets: '400',
  },
  {
    name: 'a field after a bare CR',
    request: `${post('A: 1\rTransfer-Encoding: chunked')}0\r\n\r\n${smuggled}`,
    gets: '400',
  },
  { name: 'NUL in a value', request: `${post('Content-Length: 0\0')}${smuggled}`, gets: '400' },
  {
    name: 'a chunk size with 0x',
    request: `${post('Transfer-Encoding: chunked')}0x0\r\n\r\n${smuggled}`,
    gets: '400',
  },
  {
    name: 'a chunk size that overflows',
    request: `${post('Transfer-Encoding: chunked')}10000000000000000\r\n\r\n${smuggled}`,
    gets: '400',
  },
  {
    name: 'a chunk that ends with a bare LF',
    request: `${post('Transfer-Encoding: chunked')}0\n\n${smuggled}`,
    gets: '400',
  },
  {
    name: 'a bare LF in a chunk extension',
    request: `${post('Transfer-Encoding: chunked')}0;\n\r\n${smuggled}`,
    gets: '400',
  },
  {
    name: 'Connection that names Content-Length',
    request: `${post('Connection: close, Content-Length', `Content-Length: ${smuggled.length}`)}${smuggled}`,
    gets: '200',
    passes: 1,
  },
  {
    name: 'Connection that names Host',
    request: head('GET / HTTP/1.1', ours, 'Connection: close, Host'),
    gets: '200',
    passes: 1,
  },
  {
    name: 'a body of GET that is a request',
    request: `${head('GET / HTTP/1.1', ours, 'Connection: close', `Content-Length: ${smuggled.length}`)}${smuggled}`,
    gets: '200',
    passes: 1,
  },
  {
    name: 'an upgrade that the upstream does not agree to',
    request: `${head('GET / HTTP/1.1', ours, 'Connection: close, Upgrade', 'Upgrade: websocket')}${smuggled}`,
    gets: '200',
    passes: 1,
  },
  {
    name: 'an upgrade to h2c',
    request: `${head('GET / HTTP/1.1', ours, 'Connection: close, Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AA')}${smuggled}`,
    gets: '200',
    passes: 1,
  },
  { name: 'HTTP/2 without asking', request: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', gets: '505' },
]

export const hostileRequests: readonly HostileRequest[] = [...hosts, ...smuggling]
