import { connectDocker } from '../../../../src/docker/connect-docker.ts'
import { UnavailableError } from '../../../../src/runtime/unavailable-error.ts'

// Gives up root, then pings the engine at the socket it was given, and prints how that failed.
const [endpoint = ''] = process.argv.slice(2)
if (process.getuid?.() === 0) {
  process.setgid?.(65_534)
  process.setuid?.(65_534)
}
const runtime = await connectDocker({ endpoint, env: {}, home: '/' })
const error = await runtime.ping().then(
  () => undefined,
  (reason: unknown) => reason,
)
if (error instanceof UnavailableError) console.log(`${error.reason}: ${error.message}`)
