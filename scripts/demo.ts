/* npm run demo: builds agent, runs examples/multi-service and reaches both services by name. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Answer, requestByName } from './request-by-name.ts'

const projectDir = join(import.meta.dirname, '..')
const agent = join('dist', 'agent')
const services = ['web', 'api']
/** How long a service may take from the start of its run to its first answer. */
const firstAnswerMs = 60_000

/** The demo cannot go on. Without a message, a step has said why already. */
class DemoError extends Error {}

/** Runs one step with its errors shown, and gives what it said on stdout. */
function step(command: string[]): string {
  const result = Bun.spawnSync(command, { cwd: projectDir, stderr: 'inherit' })
  if (!result.success) throw new DemoError()
  return result.stdout.toString().trim()
}

/** Asks until the service answers: it may still be starting, which the proxy says with a 502 or 503. */
async function firstAnswer(url: URL): Promise<Answer> {
  const signal = AbortSignal.timeout(firstAnswerMs)
  let last = 'no answer'
  while (!signal.aborted) {
    const answer = await requestByName(url, signal).catch((error: unknown) => String(error))
    if (typeof answer !== 'string' && answer.status === 200) return answer
    last = typeof answer === 'string' ? answer : `${answer.status} ${answer.body.trim()}`
    await delay(100)
  }
  throw new DemoError(`${url.href} did not answer in ${firstAnswerMs / 1000} s: ${last}`)
}

function shown(answer: Answer): string {
  const what = answer.contentType.includes('json')
    ? answer.body.trim()
    : `${answer.contentType}, ${answer.body.length} bytes`
  return `${answer.status} in ${answer.ms.toFixed(0)} ms: ${what}`
}

async function visit(name: string, started: number): Promise<void> {
  for (const service of services) {
    const url = new URL(step([agent, 'url', name, service]))
    const answer = await firstAnswer(url)
    console.log(`\n${service}  ${url.href}\n     ${shown(answer)}`)
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`\nBoth services answered ${seconds} s after the start.`)
}

async function main(): Promise<void> {
  console.log('Building dist/agent')
  step([process.execPath, join('scripts', 'build-binary.ts')])
  const name = `demo-${randomBytes(3).toString('hex')}`
  console.log(`Starting examples/multi-service as ${name}\n`)
  const started = performance.now()
  step([agent, 'run', '-d', '--sandbox', 'auto', '--name', name, 'examples/multi-service'])
  try {
    await visit(name, started)
  } finally {
    console.log(`
Open the addresses in a browser; see what runs with: ${agent} list
Start a second copy beside it:                       ${agent} run -d --sandbox auto --name second examples/multi-service
Stop this one:                                       ${agent} stop ${name}`)
  }
}

if (import.meta.main) {
  await main().catch((error: unknown) => {
    if (!(error instanceof DemoError)) throw error
    if (error.message !== '') console.error(`error: ${error.message}`)
    process.exitCode = 1
  })
}
