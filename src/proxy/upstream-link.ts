import type { UpstreamConnection, UpstreamUser } from './upstream-connection.ts'
import type { UpstreamFailure } from './upstream-failure.ts'
import type { ConnectionNeed, UpstreamGroup, UpstreamWaiter } from './upstream-group.ts'

/** Who asked for a connection, told when it can be used. */
export interface LinkOwner {
  /** `waited` = other things happened since it was asked for. */
  onLinked(connection: UpstreamConnection, waited: boolean): void
}

/** An exchange's hold on a connection to an upstream: from asking for one to giving it back. */
export class UpstreamLink implements UpstreamWaiter {
  connection: UpstreamConnection | undefined
  /** All connections are in use; the request waits for its turn. */
  isQueued = false
  private group: UpstreamGroup | undefined
  private wasReused = false
  private readonly owner: LinkOwner
  private readonly user: UpstreamUser

  /** `user` gets the events of the connection. */
  constructor(owner: LinkOwner, user: UpstreamUser) {
    this.owner = owner
    this.user = user
  }

  /** Gets a connection, at once or later; false = too many others wait already. */
  acquire(group: UpstreamGroup, need: ConnectionNeed): boolean {
    this.group = group
    const acquired = group.acquire(need, this)
    if (acquired === 'saturated') return false
    if (acquired === 'queued') this.isQueued = true
    else this.use(acquired, false)
    return true
  }

  onUpstreamReady(connection: UpstreamConnection): void {
    this.isQueued = false
    this.use(connection, true)
  }

  /** The upstream may have closed it before it saw the request (RFC 9112 §9.3.1). */
  mayHaveBeenStale(failure: UpstreamFailure): boolean {
    return this.wasReused && failure.kind === 'closed'
  }

  /** The connection is gone. */
  lose(): void {
    this.connection = undefined
  }

  /** Takes the connection out of its group, to become a tunnel. */
  detach(): { connection: UpstreamConnection; group: UpstreamGroup } | undefined {
    const { connection, group } = this
    if (connection === undefined || group === undefined) return undefined
    this.connection = undefined
    group.onLost(connection)
    return { connection, group }
  }

  /** Gives the connection back for the next request. */
  giveBack(): void {
    const { connection } = this
    if (connection === undefined) return
    this.connection = undefined
    if (connection.isBackedUp || connection.peerEnded) connection.drop()
    else this.group?.release(connection)
  }

  /** Closes the connection, or leaves the queue. */
  drop(): void {
    if (this.isQueued) this.group?.forget(this)
    this.isQueued = false
    this.connection?.drop()
    this.connection = undefined
  }

  private use(connection: UpstreamConnection, waited: boolean): void {
    this.connection = connection
    this.wasReused = connection.isReused
    connection.user = this.user
    this.owner.onLinked(connection, waited)
  }
}
