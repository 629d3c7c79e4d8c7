import { messageOf } from '../lib/errors.ts'
import type { ContainerRuntime } from '../runtime/container-runtime.ts'
import type { ContainerState } from '../runtime/container-state.ts'
import type { StoredImage } from '../runtime/image-store.ts'
import { LABEL_HOME, LABEL_VERSION } from '../runtime/labels.ts'
import { imageHome, runImageNames } from './image-home.ts'
import { isStrayContainer, isStrayNetwork, isStrayVolume } from './is-stray.ts'
import type { RunContext } from './run-context.ts'
import { isLive } from './run-state.ts'

/** How long one runtime may take to list what it holds of ours. */
const LIST_LIMIT_MS = 15_000

export type LeftoverKind = 'container' | 'volume' | 'network' | 'image'

/** Something of this state folder that nothing needs any more. */
export type Leftover = {
  kind: LeftoverKind
  name: string
  sizeBytes?: number
  /** Gone already is no error. */
  remove: () => Promise<void>
}

/** What one runtime holds: what can go, what is another state folder's, and what could not be looked at. */
export type Survey = {
  leftovers: readonly Leftover[]
  /** Names, sorted; never touched. */
  foreign: readonly { kind: LeftoverKind; name: string }[]
  /** In words. */
  skipped: readonly string[]
}

type Rows = Pick<RunContext, 'runs' | 'homeId'>

/**
 * Looks for what no run accounts for, and for images that neither a container nor a live run uses. Writes nothing.
 * Rows are read after the runtime was asked: a run's row is there before anything it makes.
 */
export async function surveyLeftovers(runtime: ContainerRuntime, rows: Rows): Promise<Survey> {
  const signal = AbortSignal.timeout(LIST_LIMIT_MS)
  const ours = { [LABEL_HOME]: undefined }
  const skipped: string[] = []
  const listed = async <T>(
    what: string,
    list: Promise<T[]> | undefined,
  ): Promise<T[] | undefined> => {
    try {
      return (await list) ?? []
    } catch (error) {
      skipped.push(`${what} of ${runtime.endpoint} are left alone: ${messageOf(error)}`)
      return undefined
    }
  }
  const [containers, volumes, networks, images] = await Promise.all([
    listed('containers and images', runtime.list(ours, signal)),
    listed('volumes', runtime.volumes?.list(ours, signal)),
    listed('networks', runtime.networks?.list(ours, signal)),
    listed('images', runtime.images?.list({ [LABEL_VERSION]: undefined }, signal)),
  ])
  const own = <T extends Labelled>(all: readonly T[] | undefined): T[] =>
    (all ?? []).filter((one) => !isForeign(one, rows))
  const leftovers: Leftover[] = [
    ...own(containers)
      .filter((container) => isStrayContainer(container, rows))
      .map(({ id, name }) => leftover('container', name, () => runtime.remove(id))),
    ...own(volumes)
      .filter((volume) => isStrayVolume(volume, rows))
      .map(({ name }) => leftover('volume', name, async () => runtime.volumes?.remove(name))),
    ...own(networks)
      .filter((network) => isStrayNetwork(network, rows))
      .map(({ id, name }) => leftover('network', name, async () => runtime.networks?.remove(id))),
    ...(containers === undefined ? [] : unusedImages(images ?? [], containers, runtime, rows)),
  ]
  const known = { runs: rows.runs.list({ live: false }), homeId: rows.homeId }
  const foreign = [
    ...foreignOf('container', containers, rows),
    ...foreignOf('volume', volumes, rows),
    ...foreignOf('network', networks, rows),
    ...(images ?? [])
      .filter((image) => imageHome(image, known) === 'foreign')
      .flatMap((image) => runImageNames(image).map((name) => ({ kind: 'image' as const, name }))),
  ]
  return { leftovers, foreign, skipped }
}

type Labelled = { labels: Readonly<Record<string, string>> }

function isForeign({ labels }: Labelled, { homeId }: Rows): boolean {
  return labels[LABEL_HOME] !== homeId
}

function foreignOf(
  kind: LeftoverKind,
  all: readonly (Labelled & { name: string })[] | undefined,
  rows: Rows,
): { kind: LeftoverKind; name: string }[] {
  return (all ?? []).filter((one) => isForeign(one, rows)).map(({ name }) => ({ kind, name }))
}

function leftover(kind: LeftoverKind, name: string, remove: () => Promise<void>): Leftover {
  return { kind, name, remove }
}

/**
 * Images that other state folders have runs of are theirs to build again. The engine refuses what a container uses that
 * is not ours to see.
 */
function unusedImages(
  images: readonly StoredImage[],
  containers: readonly ContainerState[],
  runtime: ContainerRuntime,
  { runs, homeId }: Rows,
): Leftover[] {
  const rows = runs.list({ live: false })
  const isUsed = ({ id, references }: StoredImage): boolean =>
    containers.some(({ image }) => image === id || references.includes(image)) ||
    rows.some(({ state, image }) => isLive(state) && references.includes(image))
  return images
    .filter((image) => imageHome(image, { runs: rows, homeId }) === 'own' && !isUsed(image))
    .flatMap((stored) =>
      runImageNames(stored).map((name) => ({
        kind: 'image' as const,
        name,
        sizeBytes: stored.sizeBytes,
        remove: () => removeUnneeded(name, runtime, runs),
      })),
    )
}

/** A run may have been started since the look; one that comes later still builds the image again. */
async function removeUnneeded(
  name: string,
  { images }: ContainerRuntime,
  runs: Rows['runs'],
): Promise<void> {
  const isNeeded = (): boolean => runs.list({ live: true }).some(({ image }) => image === name)
  if (isNeeded()) return
  try {
    await images?.remove(name)
  } catch (error) {
    if (!isNeeded()) throw error
  }
}
