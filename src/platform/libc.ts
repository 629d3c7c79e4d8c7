import { dlopen, read } from 'bun:ffi'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'

/** A system call that failed: what was tried, and the name of the reason (`EPERM`). */
class SystemCallError extends Error {
  override readonly name = 'SystemCallError'
  readonly code: string

  constructor(what: string, code: string) {
    super(`${what}: ${code}`)
    this.code = code
  }
}

/** The few functions of the C library that the runtime has no API for. */
export type Libc = ReturnType<typeof openLibc>

/** Opens the C library of a Linux machine. Works in the compiled binary; no compiler is needed. */
export function openLibc() {
  return dlopen(libraryName(), {
    mount: { args: ['ptr', 'ptr', 'ptr', 'u64', 'ptr'], returns: 'i32' },
    umount2: { args: ['ptr', 'i32'], returns: 'i32' },
    pivot_root: { args: ['ptr', 'ptr'], returns: 'i32' },
    syscall: { args: ['i64', 'i64', 'ptr', 'i64', 'ptr', 'i64'], returns: 'i64' },
    prctl: { args: ['i32', 'u64', 'ptr', 'u64', 'u64'], returns: 'i32' },
    sethostname: { args: ['ptr', 'u64'], returns: 'i32' },
    flock: { args: ['i32', 'i32'], returns: 'i32' },
    socket: { args: ['i32', 'i32', 'i32'], returns: 'i32' },
    ioctl: { args: ['i32', 'u64', 'ptr'], returns: 'i32' },
    madvise: { args: ['u64', 'u64', 'i32'], returns: 'i32' },
    close: { args: ['i32'], returns: 'i32' },
    signal: { args: ['i32', 'i64'], returns: 'i64' },
    fcntl: { args: ['i32', 'i32', 'i64'], returns: 'i32' },
    pipe2: { args: ['ptr', 'i32'], returns: 'i32' },
    dup2: { args: ['i32', 'i32'], returns: 'i32' },
    execve: { args: ['ptr', 'ptr', 'ptr'], returns: 'i32' },
    __errno_location: { args: [], returns: 'ptr' },
  }).symbols
}

/** The C library of this system, also of macOS. musl has no `libc.so.6`; its loader is the library. */
export function libraryName(): string {
  if (process.platform === 'darwin') return 'libSystem.B.dylib'
  const isArm = process.arch === 'arm64'
  const glibc = isArm ? '/lib/ld-linux-aarch64.so.1' : '/lib64/ld-linux-x86-64.so.2'
  const musl = isArm ? '/lib/ld-musl-aarch64.so.1' : '/lib/ld-musl-x86_64.so.1'
  return !existsSync(glibc) && existsSync(musl) ? musl : 'libc.so.6'
}

/** Text as C has it. Keep it referenced until the call that takes it has returned. */
export function cString(text: string): Buffer {
  return Buffer.from(`${text}\0`)
}

/** The result of a call; a negative one is thrown as a `SystemCallError` that begins with `what`. */
export function checked(libc: Libc, result: number | bigint, what: string): number {
  if (Number(result) >= 0) return Number(result)
  const place = libc.__errno_location()
  const number = place === null ? 0 : read.i32(place, 0)
  const known = Object.entries(constants.errno).find(([, value]) => value === number)
  throw new SystemCallError(what, known?.[0] ?? `error ${number}`)
}
