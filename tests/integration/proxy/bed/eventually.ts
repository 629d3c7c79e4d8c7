/** Waits until something holds that tells nobody when it changes; fails when it takes too long. */
export async function eventually(holds: () => boolean, what: string): Promise<void> {
  const latest = performance.now() + 4_000
  while (!holds()) {
    if (performance.now() > latest) throw new Error(`not in time: ${what}`)
    const { promise, resolve } = Promise.withResolvers<void>()
    setTimeout(resolve, 1)
    await promise
  }
}
