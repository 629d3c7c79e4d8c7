import { once } from 'node:events'
import { newRunId } from '../../../../src/run/run-id.ts'
import { NameTakenError, RunStore } from '../../../../src/run/run-store.ts'
import { openState } from '../../../../src/state/open-state.ts'
import { aRun } from '../a-run.ts'

// Opens the state of a folder, says so, and claims a name when its input ends.
const [folder = '', name = ''] = process.argv.slice(2)
using state = openState(folder, { uid: -1 })
const runs = new RunStore(state, { now: () => Date.now() })
process.stdout.write('ready\n')
process.stdin.resume()
await once(process.stdin, 'end')
try {
  runs.claim(aRun({ id: newRunId(), name }))
  process.stdout.write('won\n')
} catch (error) {
  if (!(error instanceof NameTakenError)) throw error
  process.stdout.write(`taken by ${error.holder.id}\n`)
}
