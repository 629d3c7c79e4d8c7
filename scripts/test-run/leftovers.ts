import { readFile } from 'node:fs/promises'
import * as z from 'zod'
import { processesWithVariable } from '../../tests/engine/engine-processes.ts'
import { testIdVariable, testLabel } from '../../tests/engine/test-marks.ts'
import { engineRequest } from './engine-request.ts'

/** What a run may leave behind, in words: containers, networks, volumes by label; processes by environment. */
export async function findTestResources(dockerHost: string | undefined): Promise<string[]> {
  const onEngine = dockerHost === undefined ? [] : await resourcesOnEngine(dockerHost)
  return [...onEngine, ...(await testProcesses())].sort()
}

/**
 * What is there now and was not before, of this run or of nobody's: other runs at the same time clean up their own. Gives
 * processes that are just ending up to `graceMs`.
 */
export async function findLeftovers(
  dockerHost: string | undefined,
  before: readonly string[],
  testId: string,
  graceMs = 3_000,
): Promise<string[]> {
  const until = performance.now() + graceMs
  for (;;) {
    const found = (await findTestResources(dockerHost))
      .filter((each) => !before.includes(each))
      .filter((each) => !isOfAnotherRun(each, testId))
    if (found.length === 0 || performance.now() > until) return found
    await Bun.sleep(100)
  }
}

/** Ids of runs look like run-…; see `newTestId`. */
function isOfAnotherRun(resource: string, testId: string): boolean {
  return /=run-[0-9a-z]/.test(resource) && !resource.includes(`=${testId}`)
}

/** An id for a run, told apart from those of other runs on this machine and engine. */
export function newTestId(): string {
  return `run-${process.pid.toString(36)}-${Date.now().toString(36)}`
}

const labels = z.record(z.string(), z.string()).nullish()
const containers = z.array(z.object({ Id: z.string(), Names: z.array(z.string()), Labels: labels }))
const networks = z.array(z.object({ Name: z.string(), Labels: labels }))
const volumes = z.object({
  Volumes: z.array(z.object({ Name: z.string(), Labels: labels })).nullish(),
})

/** Engine API: GET /containers/json, /networks and /volumes with a label filter. */
async function resourcesOnEngine(dockerHost: string): Promise<string[]> {
  const filters = encodeURIComponent(JSON.stringify({ label: [testLabel] }))
  const ask = (path: string): Promise<unknown> => engineRequest(dockerHost, path)
  const answers = {
    containers: containers.parse(await ask(`/containers/json?all=1&filters=${filters}`)),
    networks: networks.parse(await ask(`/networks?filters=${filters}`)),
    volumes: volumes.parse(await ask(`/volumes?filters=${filters}`)),
  }
  return [
    ...answers.containers.map((each) =>
      describe('container', `${each.Names.join(' ')} ${each.Id.slice(0, 12)}`, each.Labels),
    ),
    ...answers.networks.map((each) => describe('network', each.Name, each.Labels)),
    ...(answers.volumes.Volumes ?? []).map((each) => describe('volume', each.Name, each.Labels)),
  ]
}

function describe(kind: string, name: string, found: z.infer<typeof labels>): string {
  return `${kind} ${name} (${testLabel}=${found?.[testLabel] ?? ''})`
}

async function testProcesses(): Promise<string[]> {
  if (process.platform !== 'linux') return []
  const found = await processesWithVariable(testIdVariable)
  const lines = await Promise.all(found.map(async ({ pid }) => describeProcess(pid)))
  return lines.filter((line) => line !== undefined)
}

/** Undefined when the process has ended since. */
async function describeProcess(pid: number): Promise<string | undefined> {
  try {
    const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim()
    const environment = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0')
    const mark = environment.find((entry) => entry.startsWith(`${testIdVariable}=`)) ?? ''
    return `process ${pid} ${command} (${mark})`
  } catch {
    return undefined
  }
}
