import { UserError } from '../lib/errors.ts'
import { parseImageReference } from '../lib/image-reference.ts'
import { registryOf } from '../runtime/pull-failure.ts'

/** What to ask the engine for, as the docker program fills in what a reference leaves out. */
export type PullTarget = {
  /** `docker.io` when the reference names none. */
  registry: string
  /** `fromImage`: the reference without tag and digest. */
  name: string
  /** A tag or a digest; `latest` when the reference has neither, or the engine would pull all tags. */
  version: string
}

/** Throws a `UserError` for what is no image reference. */
export function pullTargetOf(reference: string): PullTarget {
  const result = parseImageReference(reference)
  if (!result.ok) throw new UserError(result.what, { fix: result.fix, exitCode: 125 })
  const { registry, path, tag, digest } = result.value
  return {
    registry: registryOf(reference),
    name: registry === undefined ? path : `${registry}/${path}`,
    version: digest ?? tag ?? 'latest',
  }
}
