export type ShutdownSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP'

/** Calls `handler` for each signal of `names` until disposed. While subscribed, the signal does not end the process. */
export function onSignals(
  names: readonly (ShutdownSignal | 'SIGWINCH' | 'SIGCONT' | 'SIGTSTP')[],
  handler: (name: string) => void,
): Disposable {
  const subscriptions = names.map((name) => {
    const listener = (): void => handler(name)
    process.on(name, listener)
    return { name, listener }
  })
  return {
    [Symbol.dispose]() {
      for (const { name, listener } of subscriptions) process.off(name, listener)
    },
  }
}
