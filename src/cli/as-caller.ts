import { becomeCaller } from '../platform/privileges.ts'
import type { AppContext } from './app-context.ts'

/** Under sudo, `agent proxy` is for the user who typed it: we become that user, and work on that user's state. */
export function asCaller(app: AppContext): AppContext {
  const caller = app.sudoCaller()
  if (caller === undefined) return app
  becomeCaller(caller)
  return app.forCaller(caller)
}
