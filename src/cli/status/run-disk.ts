import type { Holdings } from '../../run/holdings.ts'
import { totalBytes } from '../total-size.ts'

/** What a run takes of the disk; absent: it is not known. */
export type RunDisk = { containerBytes?: number; volumeBytes?: number }

/** Its containers beside their images, and its volumes; the workspace is the user's. */
export function runDisk(runId: string, holdings: readonly Holdings[]): RunDisk {
  const isOfRun = (thing: { home: string; runId?: string }): boolean =>
    thing.home === 'own' && thing.runId === runId
  const containers = holdings.flatMap((one) => one.containers).filter(isOfRun)
  const volumes = holdings.flatMap((one) => one.volumes).filter(isOfRun)
  const containerBytes = containers.length === 0 ? undefined : totalBytes(containers)
  const volumeBytes = totalBytes(volumes)
  return {
    ...(containerBytes === undefined ? {} : { containerBytes }),
    ...(volumeBytes === undefined ? {} : { volumeBytes }),
  }
}
