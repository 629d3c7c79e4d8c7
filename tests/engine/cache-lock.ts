import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Takes the lock `name` of the cache folder until disposed. The kernel holds it (flock(2)) for a child that ends
 * with its stdin, so no crash of ours can leave it behind. Throws after `limitMs` (default: 15 minutes, a cold cache).
 */
export async function takeCacheLock(
  cacheDir: string,
  name: string,
  limitMs = 15 * 60_000,
): Promise<AsyncDisposable> {
  await mkdir(cacheDir, { recursive: true })
  const file = join(cacheDir, `${name}.lock`)
  const seconds = Math.ceil(limitMs / 1000).toString()
  const holder = Bun.spawn(['flock', '-w', seconds, file, 'sh', '-c', 'echo held; exec cat'], {
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const release = async (): Promise<void> => {
    await holder.stdin.end()
    await holder.exited
  }
  const first = await holder.stdout.getReader().read()
  if (first.done) {
    await release()
    throw new Error(`${file}: still locked after ${seconds} s`)
  }
  return { [Symbol.asyncDispose]: release }
}

/** Runs `work` while holding the lock `name` of the cache folder. */
export async function withCacheLock<T>(
  cacheDir: string,
  name: string,
  work: () => Promise<T>,
): Promise<T> {
  await using _lock = await takeCacheLock(cacheDir, name)
  return await work()
}
