import { byText } from '../lib/by-text.ts'
import { messageOf } from '../lib/errors.ts'
import type { ContainerRuntime } from '../runtime/container-runtime.ts'
import type { ContainerPhase, ContainerState, RuntimeKind } from '../runtime/container-state.ts'
import type { StoredImage } from '../runtime/image-store.ts'
import { LABEL_HOME, LABEL_ROLE, LABEL_RUN_ID, LABEL_VERSION } from '../runtime/labels.ts'
import { type Home, imageHome, runImageNames } from './image-home.ts'
import type { RunRecord } from './run-record.ts'

/** What all things have in common; `home` and `runId` are as their labels say. */
type Held = { name: string; home: Home; runId?: string; run?: string; sizeBytes?: number }

export type HeldContainer = Held & {
  id: string
  role: string
  state: ContainerPhase
  image: string
  ageMs?: number
}

export type HeldImage = Held & { id: string; ageMs: number; containers: number }

/** What one runtime holds that `agent` made, for whichever state folder; each list ordered by name. */
export type Holdings = {
  runtime: RuntimeKind
  endpoint: string
  containers: readonly HeldContainer[]
  images: readonly HeldImage[]
  volumes: readonly Held[]
  networks: readonly Held[]
  /** What could not be found out, in words; sizes that are missing are among it. */
  unknown: readonly string[]
}

/** What a state folder knows; without `homeId` nothing was ever made there. */
export type KnownRows = { runs: readonly RunRecord[]; homeId: string | undefined; nowMs: number }

/** Asks a runtime what it holds of ours, until the signal. Sizes are its own: without any where it cannot say. */
export async function readHoldings(
  runtime: ContainerRuntime,
  rows: KnownRows,
  signal: AbortSignal,
): Promise<Holdings> {
  const unknown: string[] = []
  const asked = async <T>(
    what: string,
    question: Promise<T> | undefined,
  ): Promise<T | undefined> => {
    try {
      return await question
    } catch (error) {
      const reason = signal.aborted ? 'no answer in time' : messageOf(error)
      unknown.push(`${what} of ${runtime.endpoint}: ${reason}`)
      return undefined
    }
  }
  const { disk } = runtime
  const ours = { [LABEL_HOME]: undefined, [LABEL_RUN_ID]: undefined }
  const [containers, volumes, networks, images, written, filled] = await Promise.all([
    asked('containers', runtime.list(ours, signal)),
    asked('volumes', runtime.volumes?.list({ [LABEL_HOME]: undefined }, signal)),
    asked('networks', runtime.networks?.list({ [LABEL_HOME]: undefined }, signal)),
    asked('images', runtime.images?.list({ [LABEL_VERSION]: undefined }, signal)),
    asked('sizes of containers', disk?.containers(ours, signal)),
    asked('sizes of volumes', disk?.volumes(signal)),
  ])
  return {
    runtime: runtime.kind,
    endpoint: runtime.endpoint,
    containers: (containers ?? []).map((container) => ({
      ...heldContainer(container, rows),
      ...sized(written?.get(container.id)),
    })),
    images: (images ?? [])
      .flatMap((image) => heldImages(image, containers ?? [], rows))
      .toSorted(byText(({ name }) => name)),
    volumes: (volumes ?? []).map((volume) => ({
      ...held(volume, rows),
      ...sized(filled?.get(volume.name)),
    })),
    networks: (networks ?? []).map((network) => held(network, rows)),
    unknown,
  }
}

function held(
  { name, labels }: { name: string; labels: Readonly<Record<string, string>> },
  { runs, homeId }: KnownRows,
): Held {
  const runId = labels[LABEL_RUN_ID]
  const run = runs.find(({ id }) => id === runId)
  return {
    name,
    home: labels[LABEL_HOME] === homeId ? 'own' : 'foreign',
    ...(runId === undefined ? {} : { runId }),
    ...(run === undefined ? {} : { run: run.name }),
  }
}

function heldContainer(container: ContainerState, rows: KnownRows): HeldContainer {
  const { id, phase: state, image, labels, startedAtMs } = container
  const own = held(container, rows)
  const run = rows.runs.find((record) => record.id === own.runId)
  const bornAtMs = run?.createdAtMs ?? startedAtMs
  return {
    ...own,
    id,
    role: labels[LABEL_ROLE] ?? '',
    state,
    image,
    ...(bornAtMs === undefined ? {} : { ageMs: Math.max(0, rows.nowMs - bornAtMs) }),
  }
}

function heldImages(
  image: StoredImage,
  containers: readonly ContainerState[],
  rows: KnownRows,
): HeldImage[] {
  const { id, sizeBytes, createdAtMs } = image
  return runImageNames(image).map((name) => ({
    name,
    home: imageHome(image, rows),
    id,
    sizeBytes,
    ageMs: Math.max(0, rows.nowMs - createdAtMs),
    containers: containers.filter((container) => [id, name].includes(container.image)).length,
  }))
}

function sized(sizeBytes: number | undefined): { sizeBytes?: number } {
  return sizeBytes === undefined ? {} : { sizeBytes }
}
