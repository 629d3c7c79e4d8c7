/**
 * What became of a text that somebody wrote: a value, or why it is none. `what` and `fix` follow the
 * rules of `UserError`, so a flag and a line of agent.yaml that hold the same mistake say the same thing.
 */
export type Parsed<T> = { ok: true; value: T } | Refusal

export type Refusal = { ok: false; what: string; fix: string }

export function parsed<T>(value: T): Parsed<T> {
  return { ok: true, value }
}

export function refused(what: string, fix: string): Refusal {
  return { ok: false, what, fix }
}
