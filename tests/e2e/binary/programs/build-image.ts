import { BuildkitBuilder } from '../../../../src/buildkit/buildkit-builder.ts'
import { connectDocker } from '../../../../src/docker/connect-docker.ts'

// Builds the context it is given on an engine and prints what the build put out, as JSON.
const [endpoint = '', contextDir = ''] = process.argv.slice(2)
const runtime = await connectDocker({ endpoint, env: {}, home: '/nonexistent' })
const address = { name: endpoint, dial: (signal: AbortSignal) => runtime.dialBuildkit(signal) }
let output = ''
let receivedBytes = 0
await new BuildkitBuilder({ address }).build(
  {
    dockerfile: 'FROM busybox\nCOPY big /big\nRUN sha256sum /big\n',
    contextDir,
    noCache: true,
    output: {
      exporter: 'tar',
      receive: async (pieces) => {
        for await (const piece of pieces) receivedBytes += piece.length
      },
    },
  },
  {
    onProgress: (event) => {
      if (event.kind === 'log') output += Buffer.from(event.bytes).toString()
    },
    signal: AbortSignal.timeout(60_000),
  },
)
process.stdout.write(JSON.stringify({ output, receivedBytes }))
