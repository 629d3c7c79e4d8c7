import { FlowSocket } from '../platform/flow-socket.ts'
import type { Deadlines, Timed } from './deadlines.ts'

/** A connection with back-pressure and a limit of time. */
export abstract class TimedSocket extends FlowSocket implements Timed {
  deadlineMs = Infinity

  protected readonly deadlines: Deadlines

  constructor(deadlines: Deadlines) {
    super()
    this.deadlines = deadlines
  }

  abstract onDeadline(): void

  protected override release(): void {
    this.deadlineMs = Infinity
    this.deadlines.remove(this)
    super.release()
  }
}
