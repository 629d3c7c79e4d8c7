import { expect, test } from 'bun:test'
import { gvisorResolver } from '../../../src/run/gvisor-resolver.ts'

const STUB = 'nameserver 127.0.0.53\noptions edns0 trust-ad\nsearch lan\n'

test.each([
  [
    ['# mine\nnameserver 10.0.0.1\nnameserver 10.0.0.2\nsearch lan\n'],
    'nameserver 10.0.0.1\nnameserver 10.0.0.2\nsearch lan\n',
  ],
  [
    [STUB, '# real ones\nnameserver 192.168.1.1\nsearch lan\n'],
    'nameserver 192.168.1.1\nsearch lan\n',
  ],
  [
    ['nameserver 127.0.0.1\nnameserver 10.0.0.1\n', 'nameserver 10.0.0.9\n'],
    'nameserver 10.0.0.1\n',
  ],
  [
    ['nameserver 2001:db8::1\nnameserver ::1\noptions ndots:2\n'],
    'nameserver 2001:db8::1\noptions ndots:2\n',
  ],
  [['  nameserver\t10.0.0.1  \n'], '  nameserver\t10.0.0.1  \n'],
  // Of no use inside: reached by an interface of this machine only, or no address at all.
  [['nameserver fe80::1%eth0\nnameserver router\n'], undefined],
  [[STUB, ''], undefined],
  [['', ''], undefined],
])('name servers that a container in gVisor reaches: of %j', (texts, expected) => {
  expect(gvisorResolver(texts)).toBe(expected)
})
