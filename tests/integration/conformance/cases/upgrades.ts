import { custom } from '../citations/custom.ts'
import { semantics } from '../citations/semantics.ts'
import type { ConformanceCase, Step } from '../conformance-case.ts'
import {
  all,
  answered,
  clientNeverGot,
  body,
  either,
  field,
  forwarded,
  got,
  member,
  no,
  refused,
  type Expectation,
} from '../expectations.ts'
import { get, head, hostLine, response } from '../wire.ts'

const handshake = [
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
] as const

const accepted = response(
  '101 Switching Protocols',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
)

const plain = { send: `${response('200 OK', 'Content-Length: 2')}ok` }

function tunnelled(text: string): Expectation {
  return (seen) =>
    seen.tunnelled === text ? undefined : `tunnelled: ${JSON.stringify(seen.tunnelled)}`
}

/** Opens a tunnel to an upstream that sends everything back. */
function tunnel(id: string, title: string, send: readonly Step[], text: string): ConformanceCase {
  return {
    id: `upgrade-${id}`,
    title,
    cites: custom.transparent,
    send,
    upstream: [{ send: accepted, after: 'echo' }],
    afterwards: 'stop',
    expect: all(answered(101), tunnelled(text)),
  }
}

export const upgradeCases: readonly ConformanceCase[] = [
  tunnel(
    'tunnel',
    'joins both sides after a 101',
    [get(...handshake), { until: '\r\n\r\n' }, 'ping', { until: 'ping' }],
    'ping',
  ),
  tunnel(
    'early-bytes',
    'loses nothing that the client sends before the 101 is there',
    [`${get(...handshake)}early`, { until: 'early' }],
    'early',
  ),
  tunnel(
    'binary',
    'passes any bytes through a tunnel',
    [get(...handshake), { until: '\r\n\r\n' }, '\x81\x85\0\0\0\0hello\xff', { until: '\xff' }],
    '\x81\x85\0\0\0\0hello\xff',
  ),
  {
    id: 'upgrade-forwarded',
    title: 'forwards the handshake of a WebSocket',
    cites: custom.transparent,
    send: get(...handshake, 'Sec-WebSocket-Protocol: a, b'),
    upstream: [{ send: accepted, after: 'echo' }],
    afterwards: 'stop',
    expect: forwarded(
      field('Upgrade', 'websocket'),
      field('Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='),
      field('Sec-WebSocket-Protocol', 'a, b'),
    ),
  },
  {
    id: 'upgrade-option',
    title: 'sends Connection: Upgrade with Upgrade',
    cites: semantics.upgradeOption,
    send: get(...handshake),
    upstream: [{ send: accepted, after: 'echo' }],
    afterwards: 'stop',
    expect: forwarded(member('Connection', /^upgrade$/i)),
  },
  {
    id: 'upgrade-said',
    title: 'says in the 101 which protocol follows',
    cites: semantics.sayUpgrade,
    send: get(...handshake),
    upstream: [{ send: accepted, after: 'echo' }],
    afterwards: 'stop',
    expect: got(field('Upgrade', 'websocket'), member('Connection', /^upgrade$/i)),
  },
  {
    id: 'upgrade-declined',
    title: 'passes on what an upstream says instead of 101, and goes on',
    cites: custom.transparent,
    probe: 'COMP-UPGRADE-UNKNOWN',
    send: get(...handshake),
    upstream: [plain],
    expect: all(got(body('ok')), ({ isNextAnswered }) => (isNextAnswered ? undefined : 'closed')),
  },
  {
    id: 'upgrade-426',
    title: 'passes on a 426 with its Upgrade field',
    cites: custom.transparent,
    probe: 'COMP-UPGRADE-INVALID-VER',
    send: get(...handshake),
    upstream: [
      { send: response('426 Upgrade Required', 'Sec-WebSocket-Version: 13', 'Content-Length: 0') },
    ],
    expect: got(field('Sec-WebSocket-Version', '13')),
  },
  {
    id: 'upgrade-other-protocol',
    title: 'does not switch to a protocol the client did not name',
    cites: semantics.switchOnlyIfAsked,
    send: get(...handshake),
    upstream: [
      {
        send: response('101 Switching Protocols', 'Upgrade: x-other/1', 'Connection: Upgrade'),
        after: 'echo',
      },
    ],
    afterwards: 'stop',
    expect: clientNeverGot(/101 [\s\S]*x-other/),
  },
  {
    id: 'upgrade-http-1.0',
    title: 'ignores Upgrade in HTTP/1.0',
    cites: semantics.upgradeInHttp10,
    probe: 'COMP-UPGRADE-HTTP10',
    send: head('GET / HTTP/1.0', hostLine, ...handshake),
    upstream: [plain],
    afterwards: 'stop',
    expect: either(forwarded(no('Upgrade')), refused(400)),
  },
  {
    id: 'upgrade-without-option',
    title: 'does not forward Upgrade that Connection does not name',
    cites: semantics.hopByHop,
    probe: 'COMP-UPGRADE-MISSING-CONN',
    send: get('Upgrade: websocket', ...handshake.slice(2)),
    upstream: [plain],
    expect: either(forwarded(no('Upgrade')), refused(400)),
  },
  {
    id: 'upgrade-post',
    title: 'never makes a tunnel of a request with a body',
    cites: custom.transparent,
    probe: 'COMP-UPGRADE-POST',
    send: `${head('POST / HTTP/1.1', hostLine, 'Content-Length: 5', ...handshake)}hello`,
    upstream: [plain],
    afterwards: 'stop',
    expect: either(refused(400, 405), forwarded(body('hello'))),
  },
  {
    id: 'upgrade-h2c',
    title: 'offers no h2c to the upstream, which would carry requests it never sees',
    cites: semantics.hopByHop,
    send: get(
      'Upgrade: h2c',
      'Connection: Upgrade, HTTP2-Settings',
      'HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA',
    ),
    upstream: [plain],
    expect: either(forwarded(no('Upgrade', 'HTTP2-Settings')), refused(400, 501)),
  },
]
