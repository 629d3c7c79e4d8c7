import type { Holdings } from '../../run/holdings.ts'
import { proxyLines } from '../control-proxy.ts'
import { formatSize } from '../format-size.ts'
import { totalSize } from '../total-size.ts'
import { type HealthFinding, healthFindings } from './health-findings.ts'
import type { RuntimeStatus, StatusFacts } from './read-status.ts'
import { type RunDisk, runDisk } from './run-disk.ts'

/** What `agent status` prints. */
export function statusLines(facts: StatusFacts): string[] {
  const { runtime, others, proxy, counts, runs, holdings, disks, stateDir } = facts
  return [
    fact('runtime', runtimeText(runtime)),
    ...others.map((other) => fact('', runtimeText(other))),
    ...(proxy !== undefined && 'error' in proxy ? [fact('proxy', proxy.error)] : proxyLines(proxy)),
    fact(
      'runs',
      `${counts.live} live, ${counts.ended} ended, ${counts.orphaned} orphaned, ${counts.uncleaned} with leftovers`,
    ),
    ...runs.map(({ name, id, state }) =>
      fact('', `${name} (${id}, ${state}): ${diskText(runDisk(id, holdings))}`),
    ),
    fact('images', imageText(holdings)),
    ...disks.map(({ path, freeBytes, totalBytes }) =>
      fact('disk', `${formatSize(freeBytes)} of ${formatSize(totalBytes)} free at ${path}`),
    ),
    fact('state', stateDir),
    ...healthLines(healthFindings(facts)),
  ]
}

/** The same for machines. */
export function statusAnswer(facts: StatusFacts): object {
  const { runtime, others, proxy, counts, runs, holdings, disks, stateDir } = facts
  return {
    runtime,
    others,
    proxy: proxy ?? { listening: false },
    runs: {
      ...counts,
      list: runs.map(({ name, id, state }) => ({ name, id, state, ...runDisk(id, holdings) })),
    },
    images: holdings.flatMap(({ images, endpoint }) =>
      images
        .filter(({ home }) => home === 'own')
        .map(({ name, sizeBytes, containers }) => ({ name, sizeBytes, containers, endpoint })),
    ),
    disks,
    health: healthFindings(facts),
    unknown: holdings.flatMap(({ unknown }) => unknown),
    state: stateDir,
  }
}

function fact(name: string, value: string): string {
  return `${name.padEnd(12)} ${value}`
}

function runtimeText(runtime: RuntimeStatus): string {
  if ('error' in runtime) return runtime.error
  const { description, endpoint, gvisor, buildkit } = runtime
  const abilities = [ability('gVisor', gvisor), ability('BuildKit', buildkit)]
  return `${description} at ${endpoint}, ${abilities.join(', ')}`
}

function ability(name: string, isThere: boolean | undefined): string {
  if (isThere === undefined) return `${name} unknown`
  return isThere ? `with ${name}` : `no ${name}`
}

function diskText({ containerBytes, volumeBytes }: RunDisk): string {
  const written = containerBytes === undefined ? 'unknown' : formatSize(containerBytes)
  if (volumeBytes === 0) return `${written} written`
  const filled = volumeBytes === undefined ? 'unknown' : formatSize(volumeBytes)
  return `${written} written, ${filled} in volumes`
}

/** Foreign ones are shown by `agent system images`. */
function imageText(holdings: readonly Holdings[]): string {
  const images = holdings.flatMap((one) => one.images).filter(({ home }) => home === 'own')
  return images.length === 0 ? 'none' : `${images.length}, ${totalSize(images)}`
}

function healthLines(findings: readonly HealthFinding[]): string[] {
  if (findings.length === 0) return [fact('health', 'good')]
  return findings.flatMap(({ what, fix }) => [fact('health', what), fact('', `fix: ${fix}`)])
}
