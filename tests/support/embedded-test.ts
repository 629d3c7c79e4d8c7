import { test } from 'bun:test'
import { messageOf } from '../../src/lib/errors.ts'
import { probeNamespaces } from '../../src/embedded/namespaces.ts'
import { skippedTest } from '../engine/test-engine.ts'

/** Why there can be no embedded runtime on this machine; undefined when there can. */
export const namespacesObstacle = await whatForbidsNamespaces()

/** A test of the embedded runtime: skipped, with the reason, where the kernel or util-linux do not permit it. */
export function embeddedTest(
  name: string,
  run: () => void | Promise<void>,
  timeoutMs?: number,
): void {
  if (namespacesObstacle === undefined) test(name, run, timeoutMs)
  else skippedTest(name, namespacesObstacle)
}

async function whatForbidsNamespaces(): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'the embedded runtime needs Linux'
  try {
    await probeNamespaces('embedded:///')
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}
