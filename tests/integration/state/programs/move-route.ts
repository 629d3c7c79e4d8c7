// move-route DIR: for each line PORT, moves the static route web.myapp to that port and says so.
import { RouteStore } from '../../../../src/routes/route-store.ts'
import { openState } from '../../../../src/state/open-state.ts'

const [dir = ''] = process.argv.slice(2)
using state = openState(dir, { uid: process.geteuid?.() ?? -1 })
const store = new RouteStore(state)
const name = { service: 'web', agent: 'myapp' }

for await (const line of console) {
  state.transaction(() => {
    if (store.listStatic().length > 0) store.removeStatic(name)
    store.addStatic(name, { kind: 'address', host: '127.0.0.1', port: Number(line) })
  })
  console.log(line)
}
