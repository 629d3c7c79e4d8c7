import { namespacesObstacle, embeddedTest } from '../../support/embedded-test.ts'
import { skippedTest } from '../../engine/test-engine.ts'

/** A test of the embedded runtime on Deno: the program that AGENT_TEST_DENO names, or `deno` of the PATH. */
export function denoTest(name: string, run: (deno: string) => Promise<void>): void {
  const deno = process.env['AGENT_TEST_DENO'] ?? Bun.which('deno') ?? undefined
  if (namespacesObstacle === undefined && deno === undefined)
    skippedTest(name, 'there is no deno in PATH, and AGENT_TEST_DENO names none')
  else embeddedTest(name, () => run(deno ?? ''), 120_000)
}
