// count-in-turn LOCK FILE TIMES: under the lock, adds one to the number in a file by reading and writing it back.
import { readFileSync, writeFileSync } from 'node:fs'
import { acquireLock } from '../../../../src/platform/file-lock.ts'

const [lockPath = '', file = '', times = '0'] = process.argv.slice(2)
for (let time = 0; time < Number(times); time += 1) {
  using _lock = await acquireLock(lockPath, { timeoutMs: 30_000 })
  const before = Number(readFileSync(file, 'utf8'))
  await Bun.sleep(0)
  writeFileSync(file, String(before + 1))
}
