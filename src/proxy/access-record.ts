import type { Route } from '../routes/route.ts'
import { type HostBlock, mayBeHostBlock, recogniseHostBlock } from './host-block.ts'
import type { KeptRequest } from './kept-request.ts'
import type { ProxyContext } from './proxy-context.ts'

/** So much of a body is looked at. */
const seenBytesMax = 2 * 1024

/** Notes what the access log has to know about one request to a service of a run, if anybody wants to. */
export class AccessRecord {
  private route: Route | undefined
  private runId = ''
  private line = { method: '', target: '' }
  private atMs = 0
  private startMs = 0
  private hostBlock: HostBlock | undefined
  private readonly context: ProxyContext

  constructor(context: ProxyContext) {
    this.context = context
  }

  begin(route: Route, request: KeptRequest): void {
    if (this.context.options.onAccess === undefined || route.owner.kind === 'static') return
    this.runId = route.owner.runId
    this.route = route
    this.hostBlock = undefined
    this.line = request.readLine()
    this.atMs = this.context.options.clock.now()
    this.startMs = performance.now()
  }

  /** Looks at the first bytes of a body: some answers say something about the way, not the resource. */
  seeBody(status: number, bytes: Buffer, from: number, to: number): void {
    if (this.route === undefined || !mayBeHostBlock(status)) return
    const start = bytes.toString('latin1', from, Math.min(to, from + seenBytesMax))
    this.hostBlock = recogniseHostBlock(status, start)
  }

  end(status: number, bodyBytes: number): void {
    const { route, hostBlock } = this
    if (route === undefined) return
    this.route = undefined
    this.context.options.onAccess?.({
      runId: this.runId,
      agent: route.agent,
      service: route.service,
      atMs: this.atMs,
      ...this.line,
      status,
      bodyBytes,
      durationMs: performance.now() - this.startMs,
      ...(hostBlock === undefined ? {} : { hostBlock }),
    })
  }
}
