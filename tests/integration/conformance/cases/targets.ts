import { custom } from '../citations/custom.ts'
import { messaging } from '../citations/messaging.ts'
import { semantics } from '../citations/semantics.ts'
import type { ConformanceCase } from '../conformance-case.ts'
import { either, forwarded, refusedOrClosed, startLine } from '../expectations.ts'
import { head, host, hostLine } from '../wire.ts'

/** A target that is valid and must reach the upstream byte for byte. */
function unchanged(id: string, what: string, target: string, probe?: string): ConformanceCase {
  return {
    id: `target-${id}`,
    title: `forwards ${what} as it is`,
    cites: semantics.target,
    ...(probe === undefined ? {} : { probe }),
    send: head(`GET ${target} HTTP/1.1`, hostLine),
    expect: forwarded(startLine(`GET ${target} HTTP/1.1`)),
  }
}

/** An encoded control character: valid, but nobody has to like it. */
function encodedControl(id: string, what: string, target: string, probe: string): ConformanceCase {
  return {
    id: `target-encoded-${id}`,
    title: `refuses ${what}, or forwards it as it is`,
    cites: semantics.target,
    probe,
    send: head(`GET ${target} HTTP/1.1`, hostLine),
    expect: either(refusedOrClosed(400), forwarded(startLine(`GET ${target} HTTP/1.1`))),
  }
}

export const targetCases: readonly ConformanceCase[] = [
  unchanged('dots', 'dot segments', '/a/../b/./c'),
  unchanged('encoded-dots', 'encoded dot segments', '/a/%2e%2e/%2E/b'),
  unchanged('slashes', 'repeated slashes', '/a//b///c'),
  unchanged('leading-slashes', 'slashes at the start', '//other.example/a'),
  unchanged('encoded-slash', 'an encoded slash', '/a%2Fb%2fc'),
  unchanged('encoded-letters', 'letters that need no encoding', '/%61%7Eb?%63'),
  encodedControl('nul', 'an encoded NUL', '/a%00b', 'MAL-URL-PERCENT-NULL'),
  encodedControl('crlf', 'an encoded CR LF', '/a%0d%0aX-Injected:%201', 'MAL-URL-PERCENT-CRLF'),
  unchanged('overlong', 'encoded bytes that are no UTF-8', '/%C0%AF%FF', 'MAL-URL-OVERLONG-UTF8'),
  unchanged('marks', 'all marks of a path', "/-._~!$&'()*+,;=:@"),
  unchanged('semicolon', 'parameters of a segment', '/a;b=1;c/d'),
  unchanged('empty-query', 'an empty query', '/a?'),
  unchanged('query', 'a query with slashes and question marks', '/?a=/b/../c&d=?e&f=a+b%20c'),
  unchanged('query-semicolon', 'semicolons in a query', '/?a=1;b=2'),
  unchanged('query-url', 'an address in a query', '/?u=http://other.example//x'),
  unchanged('plus', 'plus signs', '/a+b?c+d'),
  {
    id: 'target-bad-percent',
    title: 'refuses a percent sign without two digits, or forwards it as it is',
    cites: custom.transparent,
    send: head('GET /100%/%zz HTTP/1.1', hostLine),
    expect: either(refusedOrClosed(400), forwarded(startLine('GET /100%/%zz HTTP/1.1'))),
  },
  {
    id: 'target-backslash',
    title: 'never makes a backslash a slash',
    cites: custom.transparent,
    probe: 'MAL-URL-BACKSLASH',
    send: head('GET /a\\..\\b HTTP/1.1', hostLine),
    expect: either(refusedOrClosed(400), forwarded(startLine(/^GET \/a(\\|%5C)\.\.(\\|%5C)b /i))),
  },
  {
    id: 'target-absolute-path',
    title: 'keeps the path and the query of an absolute target',
    cites: semantics.target,
    send: head(`GET http://${host}/a//../b%2F?c=%20 HTTP/1.1`, hostLine),
    expect: forwarded(startLine(/^GET (http:\/\/[^/]+)?\/a\/\/\.\.\/b%2F\?c=%20 HTTP/)),
  },
  {
    id: 'target-absolute-no-path',
    title: 'makes the missing path of an absolute target a slash',
    cites: messaging.acceptAbsolute,
    send: head(`GET http://${host}?a=b HTTP/1.1`, hostLine),
    expect: forwarded(startLine(/^GET (http:\/\/[^/]+)?\/\?a=b HTTP/)),
  },
]
