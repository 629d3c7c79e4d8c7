import { test } from 'bun:test'
import { skippedTest } from '../../engine/test-engine.ts'

/** A test on the stand-in of Apple's `container`, which finds its processes in `/proc`. */
export function standInTest(
  name: string,
  run: () => void | Promise<void>,
  timeoutMs?: number,
): void {
  if (process.platform === 'linux') test(name, run, timeoutMs)
  else skippedTest(name, 'the stand-in of `container` needs Linux')
}
