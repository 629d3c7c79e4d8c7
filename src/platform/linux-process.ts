import { ptr } from 'bun:ffi'
import { readdirSync } from 'node:fs'
import { type Libc, checked, cString } from './libc.ts'

const PR_SET_SECCOMP = 22
const PR_SET_NO_NEW_PRIVS = 38
const SECCOMP_MODE_FILTER = 2
const F_SETFD = 2
const FD_CLOEXEC = 1
const LAST_SIGNAL = 31
const SIGKILL = 9
const SIGSTOP = 19

/** prctl(2): nothing that this process executes from now on gains privileges. Kept by what it starts. */
export function forbidNewPrivileges(libc: Libc): void {
  checked(libc, libc.prctl(PR_SET_NO_NEW_PRIVS, 1, null, 0, 0), 'forbid new privileges')
}

/** sethostname(2) */
export function setHostname(libc: Libc, name: string): void {
  const text = cString(name)
  checked(libc, libc.sethostname(text, text.length - 1), 'set the host name')
}

/** Leaves the caller's session keyring (keyctl(2)). A kernel without keyrings has none to leave. */
export function leaveSessionKeyring(libc: Libc): void {
  const number = process.arch === 'arm64' ? 219 : 250
  const joinSessionKeyring = 1
  libc.syscall(number, joinSessionKeyring, null, 0, null, 0)
}

/** Numbers of system calls by name, of the two architectures we run on. */
const DENIABLE = {
  x64: {
    add_key: 248,
    request_key: 249,
    keyctl: 250,
    bpf: 321,
    perf_event_open: 298,
    userfaultfd: 323,
    open_by_handle_at: 304,
    kexec_load: 246,
    kexec_file_load: 320,
    io_uring_setup: 425,
    io_uring_enter: 426,
    io_uring_register: 427,
    init_module: 175,
    finit_module: 313,
    delete_module: 176,
  },
  arm64: {
    add_key: 217,
    request_key: 218,
    keyctl: 219,
    bpf: 280,
    perf_event_open: 241,
    userfaultfd: 282,
    open_by_handle_at: 265,
    kexec_load: 104,
    kexec_file_load: 294,
    io_uring_setup: 425,
    io_uring_enter: 426,
    io_uring_register: 427,
    init_module: 105,
    finit_module: 273,
    delete_module: 106,
  },
} as const

/** System calls that reach parts of the kernel which no namespace separates, or that no command of ours needs. */
export type DeniableCall = keyof (typeof DENIABLE)['x64']

/**
 * Installs a seccomp filter under which these calls fail with EPERM, in this thread and all it starts.
 * Calls of another architecture (32 bit, x32) end the process: their numbers mean something else.
 * Needs `forbidNewPrivileges` before. seccomp(2)
 */
export function denySystemCalls(libc: Libc, names: readonly DeniableCall[]): void {
  const table = DENIABLE[process.arch === 'arm64' ? 'arm64' : 'x64']
  const program = filterProgram(
    names.map((name) => table[name]),
    process.arch === 'arm64' ? 0xc000_00b7 : 0xc000_003e,
  )
  const head = Buffer.alloc(16)
  head.writeUInt16LE(program.length / 8, 0)
  head.writeBigUInt64LE(BigInt(ptr(program)), 8)
  const result = libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, head, 0, 0)
  checked(libc, result, 'install the seccomp filter')
}

/** Classic BPF over `struct seccomp_data`: number at 0, architecture at 4. */
function filterProgram(numbers: readonly number[], architecture: number): Buffer {
  const load = 0x20
  const jumpIfEqual = 0x15
  const jumpIfNotLess = 0x35
  const give = 0x06
  const allow = 0x7fff_0000
  const failWithEperm = 0x0005_0001
  const kill = 0x8000_0000
  const firstX32 = 0x4000_0000
  const instructions: [code: number, ifTrue: number, ifFalse: number, value: number][] = [
    [load, 0, 0, 4],
    [jumpIfEqual, 1, 0, architecture],
    [give, 0, 0, kill],
    [load, 0, 0, 0],
    [jumpIfNotLess, numbers.length + 1, 0, firstX32],
    ...numbers.map((number, index): [number, number, number, number] => [
      jumpIfEqual,
      numbers.length - index,
      0,
      number,
    ]),
    [give, 0, 0, allow],
    [give, 0, 0, failWithEperm],
  ]
  const program = Buffer.alloc(instructions.length * 8)
  for (const [index, [code, ifTrue, ifFalse, value]] of instructions.entries()) {
    program.writeUInt16LE(code, index * 8)
    program[index * 8 + 2] = ifTrue
    program[index * 8 + 3] = ifFalse
    program.writeUInt32LE(value, index * 8 + 4)
  }
  return program
}

/**
 * execve(2): this process becomes another program, with default signal actions. Of its descriptors it keeps
 * stdin, stdout, stderr and those in `keep`. Returns only by throwing.
 */
export function becomeProgram(
  libc: Libc,
  options: {
    path: string
    argv: readonly string[]
    env: Readonly<Record<string, string>>
    keep: readonly number[]
  },
): never {
  const { path, argv, env, keep } = options
  for (let signal = 1; signal <= LAST_SIGNAL; signal++)
    if (signal !== SIGKILL && signal !== SIGSTOP) libc.signal(signal, 0)
  for (const name of readdirSync('/proc/self/fd')) {
    const descriptor = Number(name)
    if (descriptor > 2) libc.fcntl(descriptor, F_SETFD, keep.includes(descriptor) ? 0 : FD_CLOEXEC)
  }
  const parameters = pointerList(argv)
  const environment = pointerList(Object.entries(env).map(([name, value]) => `${name}=${value}`))
  const result = libc.execve(cString(path), parameters.list, environment.list)
  checked(libc, result, `execute ${path} (${parameters.texts.length + environment.texts.length})`)
  throw new Error('execve returned')
}

/** dup2(2): makes `descriptor` known as `number` too. */
export function duplicateAs(libc: Libc, descriptor: number, number: number): void {
  checked(libc, libc.dup2(descriptor, number), 'duplicate a descriptor')
}

/** A NULL-terminated list of pointers, with the texts they point to. */
function pointerList(texts: readonly string[]): { list: BigUint64Array; texts: Buffer[] } {
  const buffers = texts.map(cString)
  const list = new BigUint64Array(buffers.length + 1)
  for (const [index, buffer] of buffers.entries()) list[index] = BigInt(ptr(buffer))
  return { list, texts: buffers }
}

/** chdir(2) of this process. */
export function changeFolder(path: string): void {
  process.chdir(path)
}
