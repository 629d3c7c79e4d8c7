/** The newest Engine API this client was written against; newer engines still serve it. */
const newestApiVersion = '1.51'
/** Docker 20.10, whose BuildKit and attach behave as we need them. */
export const oldestApiVersion = '1.41'

/** The version to pin in every path, or undefined when the engine is too old or says no version at all. */
export function negotiateVersion(engineVersion: string): string | undefined {
  if (!/^\d+\.\d+$/.test(engineVersion)) return undefined
  if (isOlder(engineVersion, oldestApiVersion)) return undefined
  return isOlder(engineVersion, newestApiVersion) ? engineVersion : newestApiVersion
}

/** True when API version `version` comes before `other` (1.9 before 1.41). */
export function isOlder(version: string, other: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [otherMajor = 0, otherMinor = 0] = other.split('.').map(Number)
  return major === otherMajor ? minor < otherMinor : major < otherMajor
}
