import { type Libc, checked, cString } from './libc.ts'

/** Flags of mount(2) that we use. */
export const MOUNT = {
  readOnly: 1,
  noSuid: 2,
  noDevices: 4,
  noExec: 8,
  remount: 32,
  bind: 4096,
  recursive: 16_384,
  private: 1 << 18,
} as const

/** Attributes of mount_setattr(2). */
export const ATTRIBUTE = { readOnly: 1, noSuid: 2, noDevices: 4 } as const

const MOUNT_SETATTR = 442
const AT_FDCWD = -100
const AT_RECURSIVE = 0x8000
const DETACH = 2

/** mount(2) of a new file system. */
export function mountNew(
  libc: Libc,
  options: { type: string; target: string; flags: number; data?: string },
): void {
  const { type, target, flags, data } = options
  const name = cString(type)
  const result = libc.mount(
    name,
    cString(target),
    name,
    flags,
    data === undefined ? null : cString(data),
  )
  checked(libc, result, `mount ${type} at ${target}`)
}

/**
 * mount(2) with MS_BIND, always with what is mounted below: in a user namespace the kernel refuses to
 * uncover what other mounts cover.
 */
export function bindMount(libc: Libc, source: string, target: string): void {
  const flags = MOUNT.bind | MOUNT.recursive
  const result = libc.mount(cString(source), cString(target), null, flags, null)
  checked(libc, result, `bind ${source} at ${target}`)
}

/** mount(2) that only changes flags: of propagation, or with `remount`. */
export function changeMount(libc: Libc, target: string, flags: number): void {
  const result = libc.mount(cString('none'), cString(target), null, flags, null)
  checked(libc, result, `change the mount at ${target}`)
}

/** mount_setattr(2), recursive (Linux 5.12): the only way that keeps the flags of submounts it does not name. */
export function setMountAttributes(libc: Libc, target: string, attributes: number): void {
  const wanted = new BigUint64Array([BigInt(attributes), 0n, 0n, 0n])
  const result = libc.syscall(
    MOUNT_SETATTR,
    AT_FDCWD,
    cString(target),
    AT_RECURSIVE,
    wanted,
    wanted.byteLength,
  )
  checked(libc, result, `set attributes of the mount at ${target}`)
}

/**
 * Makes `root` (a mount point) the root folder of this process and everything it starts, and leaves the
 * old one behind at `oldRoot`, a folder in it. The working directory is then `/`. pivot_root(2)
 */
export function pivotRoot(libc: Libc, root: string, oldRoot: string): void {
  const result = libc.pivot_root(cString(root), cString(oldRoot))
  checked(libc, result, `pivot_root to ${root}`)
  process.chdir('/')
}

/** umount2(2) with MNT_DETACH. */
export function detachMount(libc: Libc, target: string): void {
  checked(libc, libc.umount2(cString(target), DETACH), `unmount ${target}`)
}
