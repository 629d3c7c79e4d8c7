import { test } from 'bun:test'
import { skippedTest } from '../engine/test-engine.ts'

/** A test of what is not so on Deno, where it is skipped for this reason. */
export function testUnlessDeno(
  name: string,
  reason: string,
  run: () => void | Promise<void>,
): void {
  if ('Deno' in globalThis) skippedTest(name, `on Deno: ${reason}`)
  else test(name, run)
}
