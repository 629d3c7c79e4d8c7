// count DIR TIMES: adds one to a counter, read and written back in one transaction each time.
import { Row } from '../../../../src/lib/row.ts'
import { openState } from '../../../../src/state/open-state.ts'

const [dir = '', times = '0'] = process.argv.slice(2)
using state = openState(dir, { uid: process.geteuid?.() ?? -1 })
const read = state.db.prepare(`SELECT value FROM meta WHERE key = 'test_counter'`)
const write = state.db.prepare(`UPDATE meta SET value = ? WHERE key = 'test_counter'`)

for (let time = 0; time < Number(times); time += 1) {
  state.transaction(() => write.run(new Row('meta', read.get()).integer('value') + 1))
}
