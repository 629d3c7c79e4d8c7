import type { ContainerRuntime } from '../runtime/container-runtime.ts'
import type { MissingImageError } from '../runtime/missing-image-error.ts'
import type { PullProgress } from '../runtime/image-store.ts'
import type { RunProgress } from './run-progress.ts'

/** Pulls the image that was missing; on a runtime without images, says that it is. */
export async function pullImage(
  { images }: ContainerRuntime,
  missing: MissingImageError,
  progress: RunProgress,
  signal: AbortSignal,
): Promise<void> {
  if (images === undefined) throw missing
  const { reference } = missing
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
