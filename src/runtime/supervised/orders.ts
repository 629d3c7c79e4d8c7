import { z } from 'zod'

const EXEC_ID = /^[0-9a-f]{16}$/

const size = z.object({ columns: z.number().int().min(1), rows: z.number().int().min(1) })

/** What the supervising process of a container can be asked, as the first line of a connection. */
const orderSchema = z.discriminatedUnion('verb', [
  /** Stays open until the container has ended; a byte says that the log has grown. */
  z.object({ verb: z.literal('watch') }),
  z.object({ verb: z.literal('attach'), stdin: z.boolean() }),
  z.object({
    verb: z.literal('exec'),
    /** Chosen by who asks. */
    exec: z.string().regex(EXEC_ID),
    command: z.array(z.string()).min(1),
    env: z.record(z.string(), z.string()),
    workingDir: z.string().optional(),
    tty: z.boolean(),
    stdin: z.boolean(),
    size: size.optional(),
  }),
  /** Answered by an exit frame when that command has ended. */
  z.object({ verb: z.literal('exec-exit'), exec: z.string() }),
  z.object({ verb: z.literal('stop'), graceMs: z.number().min(0) }),
  z.object({ verb: z.literal('kill'), signal: z.number().int() }),
  z.object({ verb: z.literal('resize'), size }),
])

export type Order = z.infer<typeof orderSchema>

export type ExecOrder = Extract<Order, { verb: 'exec' }>

/** An order; undefined for anything else. */
export function decodeOrder(line: string): Order | undefined {
  try {
    return orderSchema.safeParse(JSON.parse(line)).data
  } catch {
    return undefined
  }
}

/** Answer to an order that is being carried out. */
export const OK = 'ok'
