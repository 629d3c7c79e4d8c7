import { type Libc, checked } from './libc.ts'

const AF_INET = 2
const SOCK_DGRAM = 2
const SIOCGIFFLAGS = 0x8913
const SIOCSIFFLAGS = 0x8914
const IFF_UP = 1
/** In `struct ifreq` (netdevice(7)): the flags follow the name. */
const FLAGS_OFFSET = 16

/** Switches `lo` on: in a new network namespace it is down, and nothing reaches 127.0.0.1. */
export function raiseLoopback(libc: Libc): void {
  const socket = checked(libc, libc.socket(AF_INET, SOCK_DGRAM, 0), 'open a socket')
  try {
    const request = Buffer.alloc(40)
    request.write('lo', 'latin1')
    checked(libc, libc.ioctl(socket, SIOCGIFFLAGS, request), 'read the flags of lo')
    request.writeInt16LE(request.readInt16LE(FLAGS_OFFSET) | IFF_UP, FLAGS_OFFSET)
    checked(libc, libc.ioctl(socket, SIOCSIFFLAGS, request), 'switch lo on')
  } finally {
    libc.close(socket)
  }
}
