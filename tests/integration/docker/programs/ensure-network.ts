import { z } from 'zod'

import { connectDocker } from '../../../../src/docker/connect-docker.ts'

// Asks for a network, as one of several processes that do so at once, and prints its id.
const [endpoint = '', name = '', labels = '{}'] = process.argv.slice(2)
const runtime = await connectDocker({ endpoint, env: {}, home: '/' })
const spec = {
  name,
  labels: z.record(z.string(), z.string()).parse(JSON.parse(labels)),
  interContainer: false,
}
console.log(await runtime.networks.ensure(spec))
