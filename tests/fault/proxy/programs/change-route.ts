// change-route DIR: says its first line, then for each line PORT moves the static route web.app there, or removes it (0).
import { RouteStore } from '../../../../src/routes/route-store.ts'
import { openState } from '../../../../src/state/open-state.ts'

const [dir = ''] = process.argv.slice(2)
using state = openState(dir, { uid: process.geteuid?.() ?? -1 })
const store = new RouteStore(state)
const name = { service: 'web', agent: 'app' }
console.log(0)

for await (const line of console) {
  const port = Number(line)
  state.transaction(() => {
    if (store.listStatic().some(({ agent }) => agent === name.agent)) store.removeStatic(name)
    if (port > 0) store.addStatic(name, { kind: 'address', host: '127.0.0.1', port })
  })
  console.log(port)
}
