// try-open DIR: opens the state folder and writes in it; says `opened`, or the error in the user's words.
import { UserError } from '../../../../src/lib/errors.ts'
import { openState } from '../../../../src/state/open-state.ts'

const [dir = ''] = process.argv.slice(2)
try {
  using state = openState(dir, { uid: process.geteuid?.() ?? -1 })
  state.transaction(() => state.db.exec(`INSERT INTO meta VALUES ('test', 1)`))
  console.log('opened')
} catch (error) {
  console.log(error instanceof UserError ? error.message : `defect: ${String(error)}`)
}
