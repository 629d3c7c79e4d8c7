import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { errorCode } from '../../../src/lib/errors.ts'
import { ContainerError } from './container-error.ts'
import { digestOf, entries, type FakeImages, list, text, type Values } from './fake-images.ts'
import { type InsideProcess, killMarked } from './run-inside.ts'

/** Deletes go on for this long after their answer. */
const DELETE_MS = 100

const containerSchema = z.object({
  id: z.string(),
  image: z.string(),
  command: z.array(z.string()),
  env: z.record(z.string(), z.string()),
  labels: z.record(z.string(), z.string()),
  mounts: z.array(z.string()),
  ports: z.array(z.string()),
  workingDir: z.string(),
  tty: z.boolean(),
  user: z.string().optional(),
})

type Container = z.infer<typeof containerSchema>

/** The containers and images of one stand-in of `container`, as files. */
export class FakeContainers {
  readonly #root: string
  readonly #isObject: boolean
  readonly #images: FakeImages

  /** @param version decides on the shape of the JSON */
  constructor(root: string, options: { version: string; images: FakeImages }) {
    this.#root = root
    this.#isObject = !options.version.startsWith('0.')
    this.#images = options.images
    mkdirSync(join(root, 'containers'), { recursive: true })
  }

  create(asked: { values: Values; image: string; command: readonly string[] }): void {
    const { values, image, command } = asked
    const id = text(values['name']) ?? ''
    if (this.#exists(id)) throw new ContainerError('exists', `container already exists: ${id}`)
    this.#images.image(image)
    mkdirSync(this.#file(id), { recursive: true })
    const container: Container = {
      id,
      image,
      command: command.length > 0 ? [...command] : ['sh'],
      env: environmentOf(values['env']),
      labels: entries(values['label']),
      mounts: list(values['mount']),
      ports: list(values['publish']),
      workingDir: text(values['workdir']) ?? '/',
      tty: values['tty'] === true,
      user: text(values['user']),
    }
    writeFileSync(this.#file(id, 'container.json'), JSON.stringify(container))
  }

  list(): object[] {
    return readdirSync(join(this.#root, 'containers'))
      .flatMap((id) => this.#find(id) ?? [])
      .map((container) => this.#answer(container))
  }

  toStart(id: string): InsideProcess {
    const container = this.#container(id)
    if (this.#pid(id) !== undefined)
      throw new ContainerError(
        'invalidArgument',
        'attach is currently unsupported on already running containers',
      )
    for (const mount of container.mounts) {
      const source = /source=([^,]*)/.exec(mount)?.[1] ?? ''
      if (!existsSync(source))
        throw new ContainerError('invalidState', `mount source path '${source}' does not exist`)
    }
    const { command, env, user, tty } = container
    const workingDir = folderOf(container)
    return { command, env, workingDir, user, tty, mark: this.#file(id) }
  }

  toExec(id: string, asked: { values: Values; command: readonly string[] }): InsideProcess {
    const container = this.#container(id)
    if (this.#pid(id) === undefined)
      throw new ContainerError('invalidState', `container ${id} is not running`)
    const { values, command } = asked
    return {
      command,
      env: { ...container.env, ...environmentOf(values['env']) },
      workingDir: text(values['workdir']) ?? folderOf(container),
      user: text(values['user']) ?? container.user,
      tty: values['tty'] === true,
      mark: this.#file(id),
    }
  }

  started(id: string, pid: number): void {
    writeFileSync(this.#file(id, 'pid'), String(pid))
  }

  ended(id: string): void {
    rmSync(this.#file(id, 'pid'), { force: true })
  }

  signal(id: string, name: string): void {
    this.#container(id)
    const pid = this.#pid(id)
    if (pid === undefined) throw new ContainerError('invalidState', `${id} is not running`)
    process.kill(pid, name.startsWith('SIG') ? name : `SIG${name}`)
  }

  async stop(id: string, signal: string, seconds: number): Promise<void> {
    this.#container(id)
    if (this.#pid(id) === undefined) return
    this.signal(id, signal)
    const endMs = performance.now() + seconds * 1000
    while (this.#pid(id) !== undefined) {
      if (performance.now() > endMs) killMarked(this.#file(id))
      await delay(10)
    }
  }

  delete(id: string, isForced: boolean): void {
    this.#container(id)
    if (this.#pid(id) !== undefined && !isForced)
      throw new ContainerError('invalidState', `container ${id} is running`)
    killMarked(this.#file(id))
    writeFileSync(this.#file(id, 'deleted'), String(Date.now()))
  }

  #answer({ id, image, labels, ports, command, workingDir }: Container): object {
    const state = this.#pid(id) === undefined ? 'stopped' : 'running'
    return {
      status: this.#isObject ? { state, networks: [] } : state,
      ...(this.#isObject ? { id } : { networks: [] }),
      configuration: {
        id,
        image: { reference: image, descriptor: { digest: digestOf(image), size: 1 } },
        labels,
        publishedPorts: ports.map((port) => {
          const [hostAddress = '', hostPort, containerPort] = port.split(':')
          const numbers = { hostPort: Number(hostPort), containerPort: Number(containerPort) }
          return { hostAddress, ...numbers, proto: 'tcp', count: 1 }
        }),
        initProcess: { executable: command[0], arguments: command.slice(1), workingDir },
        platform: { os: 'linux', architecture: 'arm64' },
      },
    }
  }

  #pid(id: string): number | undefined {
    const path = this.#file(id, 'pid')
    if (!existsSync(path)) return undefined
    const pid = Number(readFileSync(path, 'utf8'))
    const stat = `/proc/${pid}/stat`
    return existsSync(stat) && !/\) Z /.test(readFileSync(stat, 'utf8')) ? pid : undefined
  }

  #exists(id: string): boolean {
    if (!existsSync(this.#file(id, 'container.json'))) return false
    const deleted = this.#file(id, 'deleted')
    if (!existsSync(deleted)) return true
    if (Date.now() < Number(readFileSync(deleted, 'utf8')) + DELETE_MS) return true
    rmSync(this.#file(id), { recursive: true, force: true })
    return false
  }

  #container(id: string): Container {
    const container = this.#find(id)
    if (container !== undefined) return container
    throw new ContainerError('notFound', `container with ID ${id} not found`)
  }

  /** Looks once: it may be gone a moment later, also by another process's doing. */
  #find(id: string): Container | undefined {
    try {
      if (!this.#exists(id)) return undefined
      return containerSchema.parse(
        JSON.parse(readFileSync(this.#file(id, 'container.json'), 'utf8')),
      )
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined
      throw error
    }
  }

  #file(id: string, name = ''): string {
    return join(this.#root, 'containers', id, name)
  }
}

/** A name without a value stands for this process's own. */
function environmentOf(value: unknown): Record<string, string> {
  const given = list(value).flatMap((entry) => {
    if (entry.includes('=')) return [entry]
    const own = process.env[entry]
    return own === undefined ? [] : [`${entry}=${own}`]
  })
  return entries(given)
}

/** Of this machine: what is mounted there, for nothing is put into a file system of its own. */
function folderOf({ mounts, workingDir }: Container): string {
  const mount = mounts.find((it) => it.includes(`,target=${workingDir}`))
  return /source=([^,]*)/.exec(mount ?? '')?.[1] ?? workingDir
}
