import type { Route } from '../routes/route.ts'
import { type HostBlock, mayBeHostBlock, recogniseHostBlock } from './host-block.ts'
import type { ProxyContext } from './proxy-context.ts'

/** So much of a body is looked at. */
const seenBytesMax = 2 * 1024

/** Notes what the access log has to know about one request to a service of a run, if anybody wants to. */
export class AccessRecord {
  private route: Route | undefined
  private runId = ''
  /** Method and target, as they came. */
  private asked = ''
  private atMs = 0
  private startMs = 0
  private hostBlock: HostBlock | undefined
  private readonly context: ProxyContext

  constructor(context: ProxyContext) {
    this.context = context
  }

  /** Starts with the head that the shared parser has just read from `bytes`. */
  begin(route: Route, bytes: Buffer): void {
    if (this.context.options.onAccess === undefined || route.owner.kind === 'static') return
    this.runId = route.owner.runId
    this.route = route
    this.hostBlock = undefined
    const { start, requestLine } = this.context.requestHead
    this.asked = bytes.toString('latin1', start, requestLine.targetEnd)
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
    const { route, asked, hostBlock } = this
    if (route === undefined) return
    const blank = asked.indexOf(' ')
    this.route = undefined
    this.context.options.onAccess?.({
      runId: this.runId,
      agent: route.agent,
      service: route.service,
      atMs: this.atMs,
      method: asked.slice(0, blank),
      target: asked.slice(blank + 1),
      status,
      bodyBytes,
      durationMs: performance.now() - this.startMs,
      ...(hostBlock === undefined ? {} : { hostBlock }),
    })
  }
}
