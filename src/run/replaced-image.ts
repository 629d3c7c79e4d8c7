import type { ImageStore } from '../runtime/image-store.ts'
import { LABEL_HOME } from '../runtime/labels.ts'

type Images = Pick<ImageStore, 'inspect' | 'list' | 'remove'>

/** The image that a name leads to before something else is built under it. */
export type Replaced = { tag: string; id: string | undefined }

/** To be asked before a build. */
export async function imageBefore(
  tag: string,
  images: Images,
  signal: AbortSignal,
): Promise<Replaced> {
  return { tag, id: (await images.inspect(tag, signal))?.id }
}

/**
 * Removes the image whose name a build took, when no other name leads to it and this state folder made it. Without a
 * name nobody would find it again. One that a container still uses stays, as does all of it when the engine refuses:
 * the build has succeeded.
 */
export async function removeReplaced(
  { tag, id }: Replaced,
  images: Images,
  { homeId, signal }: { homeId: string; signal: AbortSignal },
): Promise<void> {
  if (id === undefined) return
  try {
    if ((await images.inspect(tag, signal))?.id === id) return
    const own = await images.list({ [LABEL_HOME]: homeId }, signal)
    const isNameless = own.some((image) => image.id === id && image.references.length === 0)
    if (isNameless) await images.remove(id)
  } catch {
    signal.throwIfAborted()
  }
}
