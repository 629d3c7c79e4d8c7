import { test } from 'bun:test'
import { skippedTest } from '../engine/test-engine.ts'

/** A test of what only root of a Linux system can do; for others it is skipped, with that as the reason. */
export function rootTest(name: string, run: () => void | Promise<void>, timeoutMs?: number): void {
  const isRoot = process.platform === 'linux' && process.getuid?.() === 0
  if (isRoot) test(name, run, timeoutMs)
  else skippedTest(name, 'needs root, to become others')
}
