import { parseImageReference } from '../lib/image-reference.ts'
import type { ContainerRuntime } from '../runtime/container-runtime.ts'
import type { ContainerState } from '../runtime/container-state.ts'

/**
 * Which image a container was made from, whatever its tag means by now: `name@sha256:…` when the image came from a
 * registry under that name, else the image's id. Undefined where the runtime has no images.
 */
export async function imageDigestOf(
  { imageId }: Pick<ContainerState, 'imageId'>,
  reference: string,
  { images }: Pick<ContainerRuntime, 'images'>,
): Promise<string | undefined> {
  if (imageId === undefined) return undefined
  const { digests = [] } = (await images?.inspect(imageId)) ?? {}
  const repository = repositoryOf(reference)
  return digests.find((digest) => repositoryOf(digest) === repository) ?? imageId
}

/** A reference without tag and digest, as engines write it; undefined for an id. */
function repositoryOf(reference: string): string | undefined {
  const parsed = parseImageReference(reference)
  if (!parsed.ok) return undefined
  const { registry, path } = parsed.value
  const isHub = registry === undefined || /^(?:index\.)?docker\.io$/.test(registry)
  return isHub ? path.replace(/^library\//, '') : `${registry}/${path}`
}
