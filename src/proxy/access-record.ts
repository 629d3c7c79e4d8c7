import type { Route } from '../routes/route.ts'
import type { KeptRequest } from './kept-request.ts'
import type { ProxyContext } from './proxy-context.ts'

/** Notes what the access log has to know about one request to a service, if anybody wants to. */
export class AccessRecord {
  private route: Route | undefined
  private line = { method: '', target: '' }
  private atMs = 0
  private startMs = 0
  private readonly context: ProxyContext

  constructor(context: ProxyContext) {
    this.context = context
  }

  begin(route: Route, request: KeptRequest): void {
    if (this.context.options.onAccess === undefined) return
    this.route = route
    this.line = request.readLine()
    this.atMs = this.context.options.clock.now()
    this.startMs = performance.now()
  }

  end(status: number, bodyBytes: number): void {
    const { route } = this
    if (route === undefined) return
    this.route = undefined
    this.context.options.onAccess?.({
      agent: route.agent,
      service: route.service,
      owner: route.owner,
      atMs: this.atMs,
      ...this.line,
      status,
      bodyBytes,
      durationMs: performance.now() - this.startMs,
    })
  }
}
