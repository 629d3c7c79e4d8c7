// write-pairs DIR: for ever writes the same number in two rows, and says it once it is committed.
import { writeSync } from 'node:fs'
import { openState } from '../../../../src/state/open-state.ts'

const [dir = ''] = process.argv.slice(2)
const state = openState(dir, { uid: process.geteuid?.() ?? -1 })
const write = state.db.prepare('UPDATE meta SET value = value + 1 WHERE key = ?')
const read = state.db.prepare(`SELECT value FROM meta WHERE key = 'test_right'`)

for (;;) {
  state.transaction(() => {
    write.run('test_left')
    write.run('test_right')
  })
  writeSync(1, `${JSON.stringify(read.get())}\n`)
}
