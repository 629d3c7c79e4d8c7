import { connectDocker } from '../../../../src/docker/connect-docker.ts'
import { containerId } from '../../../../src/runtime/container-state.ts'

// Attaches to a created container, starts it, reads its output slowly, and prints how much came and by
// how many bytes this process grew meanwhile.
const [endpoint = '', id = ''] = process.argv.slice(2)
const runtime = await connectDocker({ endpoint, env: {}, home: '/' })
const container = containerId(id)
const stream = await runtime.attach(container, { stdin: false, tty: false })
await runtime.start(container)
// Nobody reads for a second, which a megabyte of output does not take to be there.
await Bun.sleep(1000)
const beforeBytes = process.memoryUsage.rss()
let peakBytes = beforeBytes
let length = 0
let nextPause = 0
for await (const { bytes } of stream.output) {
  length += bytes.length
  if (length < nextPause) continue
  nextPause = length + 10_000_000
  await Bun.sleep(20)
  peakBytes = Math.max(peakBytes, process.memoryUsage.rss())
}
console.log(JSON.stringify({ length, grownBytes: peakBytes - beforeBytes }))
