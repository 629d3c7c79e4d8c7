import { z } from 'zod'

const schema = z.strictObject({
  error: z.string(),
  agent: z.string().nullable(),
  service: z.string().nullable(),
  reason: z.string(),
  fix: z.string().min(1),
  services: z.array(z.strictObject({ agent: z.string(), name: z.string(), url: z.string() })),
})

export type ErrorPage = z.infer<typeof schema> & { status: number }

/** Reads a response that is an error page in JSON. */
export function readErrorPage(response: string): ErrorPage {
  const body: unknown = JSON.parse(response.slice(response.indexOf('\r\n\r\n')))
  return { status: Number(response.slice(9, 12)), ...schema.parse(body) }
}
