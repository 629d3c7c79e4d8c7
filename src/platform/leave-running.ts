import type { ChildProcess } from 'node:child_process'

/** Has this process end without waiting for a child. Deno throws for one that could not be started at all. */
export function leaveRunning(child: ChildProcess): void {
  if (child.pid !== undefined) child.unref()
}
