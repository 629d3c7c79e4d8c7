import { test } from 'bun:test'
import { skippedTest } from '../../../engine/test-engine.ts'

/** A test that looks at the proxy's process from outside, which takes Linux' /proc. */
export function proxyTest(name: string, run: () => Promise<void>, timeoutMs: number): void {
  if (process.platform === 'linux') test(name, run, timeoutMs)
  else skippedTest(name, 'looks at the proxy through /proc, which only Linux has')
}
