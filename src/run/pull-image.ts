import type { ImageStore, PullProgress } from '../runtime/image-store.ts'
import type { RunProgress } from './run-progress.ts'

/** Pulls an image, telling how far it is. */
export async function pullImage(
  images: ImageStore,
  reference: string,
  progress: RunProgress,
  signal: AbortSignal,
): Promise<void> {
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
