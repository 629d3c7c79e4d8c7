import { custom } from '../citations/custom.ts'
import { messaging } from '../citations/messaging.ts'
import { semantics } from '../citations/semantics.ts'
import type { ConformanceCase } from '../conformance-case.ts'
import { either, field, forwarded, refused, startLine } from '../expectations.ts'
import { get, head, host, hostLine } from '../wire.ts'

function badHost(id: string, what: string, request: string, probe?: string): ConformanceCase {
  return {
    id: `host-${id}`,
    title: `refuses ${what}`,
    cites: messaging.host,
    ...(probe === undefined ? {} : { probe }),
    send: request,
    expect: refused(400),
  }
}

function withHost(value: string): string {
  return head('GET / HTTP/1.1', `Host: ${value}`)
}

export const hostCases: readonly ConformanceCase[] = [
  badHost(
    'missing',
    'a request of HTTP/1.1 without Host',
    head('GET / HTTP/1.1', 'A: 1'),
    'RFC9112-7.1-MISSING-HOST',
  ),
  badHost(
    'repeated-same',
    'Host twice, with the same value',
    get(hostLine),
    'COMP-DUPLICATE-HOST-SAME',
  ),
  badHost(
    'repeated-other',
    'Host twice, with different values',
    get('Host: other.localhost'),
    'RFC9110-5.4-DUPLICATE-HOST',
  ),
  badHost(
    'repeated-apart',
    'Host twice, with other fields between',
    get('A: 1', 'host: other.localhost'),
  ),
  badHost('blank', 'a blank in Host', withHost(`a ${host}`)),
  badHost(
    'comma',
    'a list in Host',
    withHost(`${host}, other.localhost`),
    'SMUG-MULTIPLE-HOST-COMMA',
  ),
  badHost('path', 'a path in Host', withHost(`${host}/x`), 'COMP-HOST-WITH-PATH'),
  badHost('user', 'user information in Host', withHost(`user@${host}`), 'COMP-HOST-WITH-USERINFO'),
  badHost('query', 'a query in Host', withHost(`${host}?x`)),
  badHost('fragment', 'a fragment in Host', withHost(`${host}#x`)),
  badHost('port-not-number', 'a port that is no number', withHost(`${host}:port`)),
  badHost('two-ports', 'two ports in Host', withHost(`${host}:80:80`)),
  badHost('open-bracket', 'an IPv6 address without its end', withHost('[::1')),
  badHost('backslash', 'a backslash in Host', withHost(`${host}\\x`)),
  badHost('non-ascii', 'bytes above 127 in Host', withHost('caf\xe9.localhost')),
  badHost(
    'missing-absolute',
    'a missing Host beside an absolute target',
    head(`GET http://${host}/ HTTP/1.1`),
  ),
  {
    id: 'host-absolute-wins',
    title: 'replaces Host by the host of an absolute target',
    cites: messaging.absoluteForm,
    probe: 'SMUG-ABSOLUTE-URI-HOST-MISMATCH',
    send: head(`GET http://${host}/a?b HTTP/1.1`, 'Host: other.localhost'),
    expect: either(forwarded(field('Host', host)), refused(400)),
  },
  {
    id: 'host-absolute-accepted',
    title: 'takes an absolute target',
    cites: messaging.acceptAbsolute,
    probe: 'COMP-ABSOLUTE-FORM',
    send: head(`GET http://${host}/a?b HTTP/1.1`, hostLine),
    expect: forwarded(startLine(/^GET (http:\/\/web\.myapp\.localhost)?\/a\?b HTTP\/1\.1$/)),
  },
  {
    id: 'host-absolute-scheme-case',
    title: 'takes the scheme of an absolute target in any case',
    cites: messaging.acceptAbsolute,
    send: head(`GET HTTP://${host}/a HTTP/1.1`, hostLine),
    expect: forwarded(startLine(/\/a HTTP\/1\.1$/)),
  },
  {
    id: 'host-absolute-empty-host',
    title: 'refuses an absolute target without a host',
    cites: semantics.emptyHost,
    send: head('GET http:///a HTTP/1.1', hostLine),
    expect: refused(400),
  },
  {
    id: 'host-absolute-user',
    title: 'refuses user information in an absolute target',
    cites: semantics.userInfo,
    send: head(`GET http://user@${host}/ HTTP/1.1`, hostLine),
    expect: refused(400),
  },
  {
    id: 'host-server-options',
    title: 'makes OPTIONS for a whole server OPTIONS *',
    cites: messaging.serverOptions,
    send: head(`OPTIONS http://${host} HTTP/1.1`, hostLine),
    expect: forwarded(startLine('OPTIONS * HTTP/1.1')),
  },
  {
    id: 'host-upper-case',
    title: 'knows a host name in any case',
    cites: semantics.hostCase,
    send: withHost(host.toUpperCase()),
    expect: forwarded(startLine('GET / HTTP/1.1')),
  },
  {
    id: 'host-with-port',
    title: 'takes a port in Host',
    cites: custom.transparent,
    send: withHost(`${host}:8080`),
    expect: forwarded(startLine('GET / HTTP/1.1')),
  },
]
