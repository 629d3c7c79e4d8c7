import { readFileSync } from 'node:fs'
import { gvisorResolver, RESOLVER_FILES, serverIn } from './gvisor-resolver.ts'

/** The name servers of this machine that others than itself can ask. */
export function readNameServers(): string[] {
  const lines = gvisorResolver(RESOLVER_FILES.map(textOf))?.split('\n') ?? []
  return lines.flatMap((line) => serverIn(line) ?? [])
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
