import { isNewer } from '../../daemon/version-order.ts'
import { formatSize } from '../format-size.ts'
import { isLow } from '../disk-space.ts'
import type { StatusFacts } from './read-status.ts'

/** Something that is not as it should be, and what mends it. */
export type HealthFinding = { what: string; fix: string }

type Facts = Pick<StatusFacts, 'counts' | 'proxy' | 'holdings' | 'disks' | 'version'>

/** What wants looking after; none: all is well. */
export function healthFindings(facts: Facts): HealthFinding[] {
  return [
    ...runFindings(facts),
    ...daemonFindings(facts),
    ...strayFindings(facts),
    ...diskFindings(facts),
  ]
}

function runFindings({ counts: { orphaned, uncleaned } }: Facts): HealthFinding[] {
  return [
    ...some(orphaned > 0, {
      what: `${counted(orphaned, 'run')} whose command is dead`,
      fix: 'agent clean',
    }),
    ...some(uncleaned > 0, {
      what: `${counted(uncleaned, 'ended run')} with something left`,
      fix: 'agent clean',
    }),
  ]
}

function daemonFindings({ counts, proxy, version }: Facts): HealthFinding[] {
  if (proxy === undefined)
    return some(counts.live > 0, {
      what: `no background process looks after ${counted(counts.live, 'live run')}`,
      fix: 'agent list',
    })
  if ('error' in proxy) return [{ what: proxy.error, fix: 'agent doctor' }]
  return some(proxy.version !== version, {
    what: `the background process is of version ${proxy.version}, this command of ${version}`,
    fix: isNewer(version, proxy.version) ? 'the next agent run replaces it' : 'use the newer agent',
  })
}

/** Only things of runs that are not known any more: those of the others are told with their runs. */
function strayFindings({ holdings }: Facts): HealthFinding[] {
  const things = holdings.flatMap(({ containers, volumes, networks }) => [
    ...containers,
    ...volumes,
    ...networks,
  ])
  const strays = things.filter(
    ({ home, runId, run }) => home === 'own' && runId !== undefined && run === undefined,
  )
  return some(strays.length > 0, {
    what: `${counted(strays.length, 'thing')} that no run accounts for: ${strays.map(({ name }) => name).join(', ')}`,
    fix: 'agent clean',
  })
}

function diskFindings({ disks }: Facts): HealthFinding[] {
  return disks.filter(isLow).map(({ path, freeBytes }) => ({
    what: `only ${formatSize(freeBytes)} are free where ${path} is`,
    fix: 'agent clean',
  }))
}

function some(isSo: boolean, finding: HealthFinding): HealthFinding[] {
  return isSo ? [finding] : []
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
