import { ProxyBed, routeTo } from '../../proxy/bed/proxy-bed.ts'
import { CaseUpstream } from './case-upstream.ts'
import type { Lane } from './run-case.ts'

/** A lane through a proxy of our own, with the limits that users have. */
export async function openOwnLane(): Promise<Lane & AsyncDisposable> {
  await using undo = new AsyncDisposableStack()
  const upstream = undo.use(await CaseUpstream.listen())
  const bed = undo.use(await ProxyBed.open({ routes: [routeTo(upstream.port)] }))
  const owned = undo.move()
  return {
    upstream,
    connect: () => bed.client(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
