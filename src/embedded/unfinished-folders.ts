import { closeSync, existsSync, openSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { sharedFlock, tryFlock } from '../platform/flock.ts'
import type { Libc } from '../platform/libc.ts'
import { moveAway } from '../runtime/supervised/move-away.ts'

const HALF_MADE = '.new-'
const HALF_REMOVED = '.removed-'

/** Where a container is made, before it appears under its own name. */
export function halfMade(root: string, id: string): string {
  return join(root, `${HALF_MADE}${id}`)
}

/** Where a container goes whose files are taken away. */
export function halfRemoved(root: string, id: string): string {
  return join(root, `${HALF_REMOVED}${id}`)
}

/** Until it is disposed of, or this process dies, nobody takes what is half made for a dead process's. */
export function announceMaking(root: string, libc: Libc): Disposable {
  const folder = openSync(root, 'r')
  // Whoever sweeps holds it for the length of one question.
  sharedFlock(libc, folder)
  return { [Symbol.dispose]: () => closeSync(folder) }
}

/**
 * Takes away what crashes left half removed, and half made. The latter only if nobody is making anything: then
 * whatever was there before nobody was is a dead process's.
 */
export function sweepUnfinished(root: string, libc: Libc): void {
  if (!existsSync(root)) return
  const names = readdirSync(root)
  const made = names.filter((name) => name.startsWith(HALF_MADE))
  if (made.length > 0 && isNobodyMaking(root, libc))
    for (const name of made) moveAway(join(root, name), halfRemoved(root, name))
  for (const name of readdirSync(root))
    if (name.startsWith(HALF_REMOVED)) rmSync(join(root, name), { recursive: true, force: true })
}

function isNobodyMaking(root: string, libc: Libc): boolean {
  const folder = openSync(root, 'r')
  try {
    return tryFlock(libc, folder)
  } finally {
    closeSync(folder)
  }
}
