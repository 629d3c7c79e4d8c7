import type { StoredImage } from '../runtime/image-store.ts'
import { LABEL_HOME, LABEL_RUN_ID } from '../runtime/labels.ts'
import type { RunRecord } from './run-record.ts'

/** Whose something on a runtime is: this state folder's or another's. */
export type Home = 'own' | 'foreign'

/** A name of the images that runs are built into; an image that somebody made of one has its labels, not its name. */
const RUN_IMAGE = /^agentops\/run:/

/** The names of ours that an image has; none where a container was made into it (docker commit). */
export function runImageNames({ references, labels }: StoredImage): string[] {
  if (labels[LABEL_RUN_ID] !== undefined) return []
  return references.filter((name) => RUN_IMAGE.test(name))
}

/** Whoever built an image owns it, even where others use it; one that does not say so is of whoever has runs of it. */
export function imageHome(
  image: StoredImage,
  { runs, homeId }: { runs: readonly Pick<RunRecord, 'image'>[]; homeId: string | undefined },
): Home {
  const builder = image.labels[LABEL_HOME]
  if (builder !== undefined) return builder === homeId ? 'own' : 'foreign'
  const names = runImageNames(image)
  return runs.some(({ image: name }) => names.includes(name)) ? 'own' : 'foreign'
}
