import type { ProxyOptions } from '../proxy-options.ts'

/** Between two comments that keep the way open when nothing happens. */
const heartbeatMs = 15_000
/** Between two looks at the routes, when nobody tells of their changes. */
const pollMs = 1_000

/**
 * An event stream that tells the generation of the routes, now and after each change (WHATWG HTML §9.2).
 * Ends when the reader goes.
 */
export function routeEvents(
  options: Pick<ProxyOptions, 'routes' | 'onRoutesChanged'>,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const undo: (() => void)[] = []
  return new ReadableStream<Uint8Array>({
    start(controller) {
      let told: number | undefined
      const tell = (): void => {
        const { generation } = options.routes()
        if (generation === told) return
        told = generation
        controller.enqueue(encoder.encode(`event: routes\ndata: ${generation}\n\n`))
      }
      tell()
      const heartbeat = setInterval(() => controller.enqueue(encoder.encode(':\n\n')), heartbeatMs)
      undo.push(() => clearInterval(heartbeat))
      if (options.onRoutesChanged === undefined) {
        const poll = setInterval(tell, pollMs)
        undo.push(() => clearInterval(poll))
      } else {
        undo.push(options.onRoutesChanged(tell))
      }
    },
    cancel() {
      for (const step of undo.splice(0)) step()
    },
  })
}
