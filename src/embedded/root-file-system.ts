import {
  existsSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  rmdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import type { Libc } from '../platform/libc.ts'
import {
  ATTRIBUTE,
  bindMount,
  changeMount,
  detachMount,
  MOUNT,
  mountNew,
  pivotRoot,
  setMountAttributes,
} from '../platform/linux-mounts.ts'
import type { ContainerRecord } from './container-record.ts'
import { placeInside, withEntry } from './files-of-etc.ts'
import {
  DEVICE_LINKS,
  DEVICES,
  HOST_CONTROLS,
  HOST_SECRETS,
  SHOWN,
  SHOWN_OF_VAR,
} from './host-places.ts'
import { mountInside } from './mount-inside.ts'

/** Where the new root is put together: a folder that every machine has and that hides nothing we still need. */
const SITE = '/sys'
const OLD_ROOT = '/.old'

const WRITABLE_MAX_BYTES = 2 * 1024 ** 3

export type RootOptions = {
  record: ContainerRecord
  identity: { uid: number; gid: number }
  /** File of the host that is bound over /etc/hosts. */
  hosts: string
}

/** Makes the container's file system this process's root, in a mount namespace of its own. */
export function enterRoot(libc: Libc, options: RootOptions): void {
  const root = new RootBuilder(libc, options)
  root.build()
  pivotRoot(libc, SITE, `${SITE}${OLD_ROOT}`)
  root.mountAskedFor()
  detachMount(libc, OLD_ROOT)
  rmdirSync(OLD_ROOT)
  root.lock()
}

class RootBuilder {
  readonly #libc: Libc
  readonly #options: RootOptions

  constructor(libc: Libc, options: RootOptions) {
    this.#libc = libc
    this.#options = options
  }

  build(): void {
    changeMount(this.#libc, '/', MOUNT.recursive | MOUNT.private)
    const flags = MOUNT.noSuid | MOUNT.noDevices
    mountNew(this.#libc, { type: 'tmpfs', target: SITE, flags, data: 'mode=755,size=16m' })
    for (const name of SHOWN) this.#show(name)
    this.#memory('/run', 'mode=755,size=64m')
    this.#variableData()
    this.#mask()
    this.#processes()
    this.#devices()
    this.#memory('/tmp', `mode=1777,size=${writableBytes()}`)
    this.#memory('/home', `mode=755,size=${writableBytes()}`)
    for (const path of ['/home/agent', '/sys', '/root', OLD_ROOT]) this.#folder(path)
    this.#ownFilesOfEtc()
  }

  /** Mounts of the spec, the workspace among them, and tmpfs; once the new root is ours. */
  mountAskedFor(): void {
    const { spec } = this.#options.record
    const mounts = spec.mounts.toSorted((a, b) => depthOf(a.target) - depthOf(b.target))
    for (const { source, target, readonly } of mounts)
      mountInside(this.#libc, { source: join(OLD_ROOT, source), target, readonly })
    for (const { target } of spec.tmpfs)
      if (!target.startsWith('/home/') && !existsSync(target))
        mkdirSync(target, { recursive: true })
  }

  /** From here on nothing of the root itself changes. */
  lock(): void {
    // One more user namespace for the command's own ids, none for the command.
    writeFileSync('/proc/sys/user/max_user_namespaces', '1')
    for (const name of HOST_CONTROLS)
      if (existsSync(`/proc/${name}`))
        setMountAttributes(this.#libc, `/proc/${name}`, ATTRIBUTE.readOnly)
    const flags = MOUNT.remount | MOUNT.bind | MOUNT.readOnly | MOUNT.noSuid | MOUNT.noDevices
    changeMount(this.#libc, '/', flags)
  }

  #show(name: string): void {
    const path = `/${name}`
    const stat = lstatSync(path, { throwIfNoEntry: false })
    if (stat?.isSymbolicLink() === true) symlinkSync(readlinkSync(path), `${SITE}${path}`)
    else if (stat?.isDirectory() === true) this.#showFolder(path)
  }

  #showFolder(path: string): void {
    this.#folder(path)
    bindMount(this.#libc, path, `${SITE}${path}`)
    setMountAttributes(
      this.#libc,
      `${SITE}${path}`,
      ATTRIBUTE.readOnly | ATTRIBUTE.noDevices | ATTRIBUTE.noSuid,
    )
  }

  #variableData(): void {
    for (const path of ['/var/lib', '/var/log', '/var/cache']) this.#folder(path)
    for (const path of SHOWN_OF_VAR) if (existsSync(path)) this.#showFolder(path)
    symlinkSync('/run', `${SITE}/var/run`)
    this.#memory('/var/tmp', `mode=1777,size=${writableBytes()}`)
  }

  #mask(): void {
    for (const path of this.#options.record.masked) {
      const stat = lstatSync(`${SITE}${path}`, { throwIfNoEntry: false })
      if (stat?.isDirectory() === true) this.#hideFolder(path)
      else if (stat !== undefined && !stat.isSymbolicLink())
        bindMount(this.#libc, '/dev/null', `${SITE}${path}`)
    }
  }

  #hideFolder(path: string): void {
    const flags = MOUNT.noSuid | MOUNT.noDevices | MOUNT.readOnly
    mountNew(this.#libc, {
      type: 'tmpfs',
      target: `${SITE}${path}`,
      flags,
      data: 'size=0,mode=755',
    })
  }

  #processes(): void {
    this.#folder('/proc')
    const flags = MOUNT.noSuid | MOUNT.noDevices | MOUNT.noExec
    mountNew(this.#libc, { type: 'proc', target: `${SITE}/proc`, flags })
    for (const name of HOST_CONTROLS) {
      const path = `${SITE}/proc/${name}`
      if (existsSync(path)) bindMount(this.#libc, path, path)
    }
    for (const name of HOST_SECRETS) {
      const path = `${SITE}/proc/${name}`
      if (existsSync(path)) bindMount(this.#libc, '/dev/null', path)
    }
  }

  #devices(): void {
    // Not 1777: in a sticky folder the kernel refuses `> /dev/null` to all but its owner.
    this.#memory('/dev', 'mode=755,size=1m')
    for (const name of DEVICES) this.#bindFile(`/dev/${name}`, `/dev/${name}`)
    for (const [name, target] of Object.entries(DEVICE_LINKS))
      symlinkSync(target, `${SITE}/dev/${name}`)
    symlinkSync('pts/ptmx', `${SITE}/dev/ptmx`)
    this.#folder('/dev/pts')
    mountNew(this.#libc, {
      type: 'devpts',
      target: `${SITE}/dev/pts`,
      flags: MOUNT.noSuid | MOUNT.noExec,
      data: 'newinstance,ptmxmode=0666,mode=620',
    })
    // The terminal belongs to the host's devpts; here it has no other name. By path, for the open one
    // belongs to another mount namespace.
    if (this.#options.record.spec.tty)
      this.#bindFile(readlinkSync('/proc/self/fd/0'), '/dev/console')
    this.#memory('/dev/shm', `mode=1777,size=${writableBytes()}`)
  }

  #ownFilesOfEtc(): void {
    const { uid, gid } = this.#options.identity
    const { hosts } = this.#options
    this.#ownFile(
      'passwd',
      withEntry('/etc/passwd', uid, `agent:x:${uid}:${gid}::/home/agent:/bin/sh`),
    )
    this.#ownFile('group', withEntry('/etc/group', gid, `agent:x:${gid}:`))
    this.#ownFile('resolv.conf', '# no DNS in here: names are resolved by the proxy\n')
    this.#ownFile('hostname', `${this.#options.record.spec.hostname}\n`)
    const place = placeInside(SITE, '/etc/hosts')
    if (place !== undefined) this.#bindOver(hosts, place)
  }

  /** Shows another file in its place; through a link, what it leads to inside. */
  #ownFile(name: string, text: string): void {
    const place = placeInside(SITE, `/etc/${name}`)
    if (place === undefined) return
    const file = `${SITE}/run/.${name}`
    writeFileSync(file, text)
    this.#bindOver(file, place)
  }

  #bindOver(source: string, place: string): void {
    const target = `${SITE}${place}`
    if (!existsSync(target)) {
      // Only folders that are ours can lack it.
      mkdirSync(dirname(target), { recursive: true })
      writeFileSync(target, '')
    }
    bindMount(this.#libc, source, target)
    setMountAttributes(this.#libc, target, ATTRIBUTE.readOnly)
  }

  #bindFile(source: string, path: string): void {
    writeFileSync(`${SITE}${path}`, '')
    bindMount(this.#libc, source, `${SITE}${path}`)
  }

  #memory(path: string, data: string): void {
    this.#folder(path)
    const flags = MOUNT.noSuid | MOUNT.noDevices
    mountNew(this.#libc, { type: 'tmpfs', target: `${SITE}${path}`, flags, data })
  }

  #folder(path: string): void {
    mkdirSync(`${SITE}${path}`, { recursive: true })
  }
}

/** Of each folder in memory: nothing else limits what a command can take of it. */
function writableBytes(): number {
  return Math.min(WRITABLE_MAX_BYTES, Math.floor(totalmem() / 4))
}

function depthOf(path: string): number {
  return path.split('/').filter(Boolean).length
}
