/** A client's connection, as far as ending it goes. */
export interface EndingClient {
  /** Ends after what is under way; at once when that is nothing, or has no end of its own. */
  endSoon(): void
  endNow(): void
}

/** The clients' connections that are open. */
export class ClientRegistry {
  private readonly open = new Set<EndingClient>()
  private onEmpty: (() => void) | undefined

  get size(): number {
    return this.open.size
  }

  add(client: EndingClient): void {
    this.open.add(client)
  }

  remove(client: EndingClient): void {
    this.open.delete(client)
    if (this.open.size === 0) this.onEmpty?.()
  }

  /** Has all connections end; those that did not within `limitMs` are cut off. */
  async endAll(limitMs: number): Promise<void> {
    const { promise: ended, resolve } = Promise.withResolvers<void>()
    this.onEmpty = resolve
    for (const client of this.open) client.endSoon()
    if (this.open.size > 0) {
      const timer = setTimeout(resolve, limitMs)
      await ended
      clearTimeout(timer)
    }
    for (const client of this.open) client.endNow()
  }
}
