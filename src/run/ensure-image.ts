import { UserError } from '../lib/errors.ts'
import type { ContainerRuntime } from '../runtime/container-runtime.ts'
import type { PullProgress } from '../runtime/image-store.ts'
import type { RunProgress } from './run-progress.ts'

/** Pulls an image that is not here. */
export async function ensureImage(
  runtime: ContainerRuntime,
  reference: string,
  progress: RunProgress,
  signal: AbortSignal,
): Promise<void> {
  const { images } = runtime
  if (images === undefined)
    throw new UserError(`the ${runtime.kind} runtime has no images, so ${reference} cannot be used`)
  if ((await images.inspect(reference, signal)) !== undefined) return
  const layers = new Map<string, PullProgress>()
  progress.status(`pulling ${reference}`)
  await images.pull(
    reference,
    (step) => {
      layers.set(step.id, step)
      progress.status(`pulling ${reference} ${pulled(layers.values())}`.trimEnd())
    },
    signal,
  )
}

/** `12.3 of 45.6 MB`, as far as the layers' sizes are known. */
function pulled(layers: Iterable<PullProgress>): string {
  let current = 0
  let total = 0
  for (const layer of layers) {
    if (layer.total === undefined) continue
    total += layer.total
    current += layer.status === 'Downloading' ? (layer.current ?? 0) : layer.total
  }
  return total === 0 ? '' : `${megabytes(current)} of ${megabytes(total)} MB`
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1)
}
