import bash from './scripts/bash.txt' with { type: 'text' }
import fish from './scripts/fish.txt' with { type: 'text' }
import zsh from './scripts/zsh.txt' with { type: 'text' }
import type { Shell } from './shells.ts'

const SCRIPTS: Readonly<Record<Shell, string>> = { bash, zsh, fish }

/**
 * The script that teaches a shell to complete `agent`. It knows nothing by itself: what can stand somewhere it asks
 * the program, with `agent __complete`, so that a script of another version stays right.
 */
export function completionScript(shell: Shell): string {
  return SCRIPTS[shell]
}
