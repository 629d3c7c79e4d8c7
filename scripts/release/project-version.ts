import * as z from 'zod'

const manifestShape = z.looseObject({ version: z.string() })
const lockShape = z.looseObject({
  version: z.string(),
  packages: z.looseObject({ '': z.looseObject({ version: z.string() }) }),
})

/** The version in the text of a package.json. */
export function versionIn(manifest: string): string {
  return manifestShape.parse(JSON.parse(manifest)).version
}

/** The text of a package.json with another version; nothing else in it changes. */
export function withVersion(manifest: string, version: string): string {
  const changed = replaced(manifest, versionIn(manifest), version, 1)
  if (versionIn(changed) !== version)
    throw new Error('package.json has its version not where npm writes it')
  return changed
}

/** The text of a package-lock.json with another version of the project, in both places that have it. */
export function lockWithVersion(lock: string, version: string): string {
  const before = lockShape.parse(JSON.parse(lock)).version
  const changed = replaced(lock, before, version, 2)
  const after = lockShape.parse(JSON.parse(changed))
  if (after.version !== version || after.packages[''].version !== version)
    throw new Error('package-lock.json has its version not where npm writes it')
  return changed
}

/** The first `count` fields "version" of this value; npm writes the project's own before any package's. */
function replaced(text: string, before: string, after: string, count: number): string {
  let left = count
  return text.replaceAll(`"version": ${JSON.stringify(before)}`, (field) => {
    left -= 1
    return left < 0 ? field : `"version": ${JSON.stringify(after)}`
  })
}
