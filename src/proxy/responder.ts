import type { TimedSocket } from './timed-socket.ts'
import type { RoutedHost, ServiceDestination } from './host-routing.ts'
import type { KeptRequest } from './kept-request.ts'
import { explainNoAnswer } from './no-answer.ts'
import { pageQuery } from './page-query.ts'
import type { PageSubject } from './pages/page-request.ts'
import type { ProxyContext } from './proxy-context.ts'
import type { RefusalStatus } from './refusal.ts'
import type { RequestRelay } from './request-relay.ts'
import type { UpstreamConnection, UpstreamUser } from './upstream-connection.ts'
import type { UpstreamFailure } from './upstream-failure.ts'
import type { ConnectionNeed } from './upstream-group.ts'
import { type LinkOwner, UpstreamLink } from './upstream-link.ts'

/** What a responder needs from its exchange. */
export interface ResponderEvents extends UpstreamUser {
  /** A request is about to be sent: whatever comes from now on is its response. */
  onAsking(wantsTunnel: boolean): void
  /** A request that had to wait was sent. */
  onWaited(): void
  /** There will be no response at all. */
  refuse(status: RefusalStatus): void
}

/**
 * Sees to it that somebody answers a request: the service; the service again, when a kept connection
 * was stale; else a page of our own that says what is wrong.
 */
export class Responder implements LinkOwner {
  readonly link: UpstreamLink
  /** What is answered in place of the service. */
  private page: PageSubject | undefined
  private routed: RoutedHost | undefined
  /** Tells one request from the next after a wait. */
  private serial = 0
  private readonly context: ProxyContext
  private readonly client: TimedSocket
  private readonly request: RequestRelay
  private readonly events: ResponderEvents

  constructor(
    context: ProxyContext,
    client: TimedSocket,
    request: RequestRelay,
    events: ResponderEvents,
  ) {
    this.context = context
    this.client = client
    this.request = request
    this.events = events
    this.link = new UpstreamLink(this, events)
  }

  /** The service that answers; undefined when a page does. */
  get service(): ServiceDestination | undefined {
    return this.page === undefined ? this.routed?.service : undefined
  }

  /** Where the request's body goes; undefined when nobody wants it. */
  get bodyTaker(): UpstreamConnection | undefined {
    return this.page === undefined ? this.link.connection : undefined
  }

  /** Forgets the request; a connection that was not given back is closed. */
  reset(): void {
    this.serial++
    this.link.drop()
    this.page = undefined
    this.routed = undefined
  }

  /** Sends the request, whose head the shared parser holds, to its service. */
  askService(routed: RoutedHost, service: ServiceDestination): void {
    const { kept } = this.request
    this.routed = routed
    if (kept.wantsTunnel && this.context.upstreams.isFullOfTunnels(service.route.agent)) {
      this.answerSaturated('tunnels')
    } else if (!this.link.acquire(service.group, needOf(kept))) {
      this.answerSaturated('requests')
    } else if (this.link.isQueued) {
      this.client.deadlineMs = this.context.deadlines.nowMs + this.context.limits.queueMs
    }
  }

  /** Answers with a page. What still comes of the request's body is dropped. */
  answer(page: PageSubject): void {
    this.page = page
    this.client.resumeReading()
    if (!this.link.acquire(this.context.pages, 'any')) this.events.refuse(503)
  }

  /** The request waited too long for its turn. */
  onQueuedTooLong(): void {
    this.link.drop()
    this.answerSaturated('requests')
  }

  /** No response came from whom was asked; `hasBegun` = some bytes did. */
  onFailure(failure: UpstreamFailure, hasBegun: boolean): void {
    const mayRepeat = this.page !== undefined || this.request.kept.isRepeatable
    if (mayRepeat && !hasBegun && this.link.mayHaveBeenStale(failure)) {
      this.retry()
      return
    }
    this.context.failures++
    const { service } = this
    this.client.deadlineMs = Infinity
    if (service === undefined) this.events.refuse(502)
    else void this.explain(service, failure)
  }

  onLinked(connection: UpstreamConnection, waited: boolean): void {
    const { kept } = this.request
    if (this.page !== undefined) {
      this.events.onAsking(false)
      const query = pageQuery(this.page, kept, this.context.port)
      connection.send(query, 0, query.length)
    } else if (this.routed !== undefined) {
      this.events.onAsking(kept.wantsTunnel)
      if (waited) this.request.recallHead()
      this.request.sendHead(connection, this.routed.forwarded)
    }
    if (waited) this.events.onWaited()
  }

  private retry(): void {
    const group = this.service?.group ?? this.context.pages
    this.context.retries++
    if (this.page === undefined) this.request.recallHead()
    if (!this.link.acquire(group, 'fresh')) this.answerSaturated('requests')
  }

  private async explain(service: ServiceDestination, failure: UpstreamFailure): Promise<void> {
    const { serial } = this
    const page = await explainNoAnswer(this.context, service, failure)
    if (serial === this.serial) this.answer(page)
  }

  private answerSaturated(what: 'requests' | 'tunnels'): void {
    const { service } = this
    this.context.failures++
    if (service === undefined) {
      this.events.refuse(503)
      return
    }
    const { agent, service: name } = service.route
    this.answer({ kind: 'saturated', agent, service: name, what })
  }
}

/** A request that cannot be sent twice must not meet a connection the upstream is just closing. */
function needOf(request: KeptRequest): ConnectionNeed {
  if (request.wantsTunnel) return 'fresh'
  return request.isRepeatable ? 'any' : 'proven'
}
