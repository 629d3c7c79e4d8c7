import { z } from 'zod'
import type { SudoHome } from './sudo-home.ts'

const status = z.object({
  listening: z.boolean(),
  port: z.number().optional(),
  pinned: z.boolean().optional(),
  pid: z.number().optional(),
})

/** What `agent proxy status --json` says. */
export async function proxyStatus(home: SudoHome): Promise<z.infer<typeof status>> {
  return status.parse(JSON.parse(await home.answer(['proxy', 'status', '--json'])))
}
