import net from 'node:net'
import { mkdtempSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../../../engine/run-command.ts'
import { eventually } from '../../proxy/bed/eventually.ts'
import { Peer } from '../../proxy/bed/peer.ts'
import { CaseUpstream } from './case-upstream.ts'
import type { PeerKind, PortPair } from './peer-kinds.ts'
import type { Lane } from './run-case.ts'

/** Below the range from which the kernel takes ports for outgoing connections. */
const ports = { first: 20_000, last: 31_000 }

/** One of the other proxies, running with a lane for each case. */
export class PeerProxy implements AsyncDisposable {
  readonly name: string
  readonly version: string
  private readonly lanes: readonly (PortPair & { readonly upstream: CaseUpstream })[]
  private readonly undo: AsyncDisposableStack

  private constructor(
    kind: PeerKind,
    version: string,
    lanes: PeerProxy['lanes'],
    undo: AsyncDisposableStack,
  ) {
    this.name = kind.name
    this.version = version
    this.lanes = lanes
    this.undo = undo
  }

  /** Starts `program`; its state is in a temporary folder that goes with it. */
  static async start(kind: PeerKind, program: string, laneCount: number): Promise<PeerProxy> {
    await using undo = new AsyncDisposableStack()
    const folder = mkdtempSync(join(tmpdir(), `agent-conformance-${kind.id}-`))
    undo.defer(() => rmSync(folder, { recursive: true, force: true }))
    const version = kind.readVersion(await run([...kind.versionCommand(program)]))
    const free = await freePorts(laneCount)
    const lanes = await Promise.all(
      free.map(async (port) => {
        const upstream = undo.use(await CaseUpstream.listen())
        return { port, upstream, upstreamPort: upstream.port }
      }),
    )
    const configuration = join(folder, kind.configurationFile)
    await writeFile(configuration, kind.configuration(lanes, folder))
    const log = Bun.file(join(folder, 'output.log'))
    const child = Bun.spawn([...kind.command(program, configuration)], {
      cwd: folder,
      env: { PATH: process.env['PATH'] ?? '', HOME: folder, XDG_DATA_HOME: folder },
      stdin: 'ignore',
      stdout: log,
      stderr: log,
    })
    undo.defer(async () => {
      child.kill('SIGTERM')
      await child.exited
    })
    // Some take one port after another, in no order.
    for (const port of free) await isListening(port, child, log)
    return new PeerProxy(kind, version, lanes, undo.move())
  }

  /** The lane of one case; it is used once. */
  openLane(index: number): Promise<Lane & AsyncDisposable> {
    const lane = this.lanes[index]
    if (lane === undefined) throw new RangeError(`no lane ${index}`)
    return Promise.resolve({
      upstream: lane.upstream,
      connect: () => Peer.connect({ host: '127.0.0.1', port: lane.port }),
      [Symbol.asyncDispose]: () => lane.upstream[Symbol.asyncDispose](),
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.undo.disposeAsync()
  }
}

/** So many ports of 127.0.0.1 that nobody listens on. */
async function freePorts(count: number): Promise<number[]> {
  const found: number[] = []
  const span = ports.last - ports.first
  const start = Math.floor(Math.random() * span)
  for (let tried = 0; found.length < count && tried < span; tried++) {
    const port = ports.first + ((start + tried) % span)
    if (await isFree(port)) found.push(port)
  }
  if (found.length < count) throw new Error(`only ${found.length} of ${count} ports are free`)
  return found
}

function isFree(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const server = net.createServer()
  server.once('error', () => resolve(false))
  server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  return promise
}

async function isListening(port: number, child: Bun.Subprocess, log: Bun.BunFile): Promise<void> {
  let isOpen = false
  const knock = (): void => {
    const socket = net.connect(port, '127.0.0.1', () => {
      isOpen = true
      socket.destroy()
    })
    socket.on('error', () => {
      if (child.exitCode === null) setTimeout(knock, 20)
    })
  }
  knock()
  await eventually(() => isOpen || child.exitCode !== null, 'a listening proxy')
  if (!isOpen) throw new Error(`it ended: ${await log.text()}`)
}
