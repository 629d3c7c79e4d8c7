import { UserError } from '../../lib/errors.ts'

/** Deno has no pseudo-terminals. */
export function startOnTerminal(): never {
  throw new UserError('the embedded runtime has no terminal on Deno', {
    fix: 'agent run --detach, or use the compiled agent',
  })
}
