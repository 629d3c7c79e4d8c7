import { statSync } from 'node:fs'

const CHECK_MS = 1000

/** Ends a daemon that no command can find any more, since its socket (or the whole state folder) is gone or another's. */
export function endWhenUnreachable(socketPath: string, end: (reason: string) => void): Disposable {
  const own = inodeOf(socketPath)
  const timer = setInterval(() => {
    if (inodeOf(socketPath) !== own) end(`${socketPath} is gone`)
  }, CHECK_MS)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

function inodeOf(path: string): number | undefined {
  try {
    return statSync(path).ino
  } catch {
    return undefined
  }
}
