// Opens the state folder that each line names, and says its home id.
import { openState } from '../../../../src/state/open-state.ts'

const uid = process.geteuid?.() ?? -1

for await (const dir of console) {
  using state = openState(dir, { uid })
  console.log(state.homeId)
}
