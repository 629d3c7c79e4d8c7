import { checksumLines, type ReleaseManifest } from './release-manifest.ts'

/**
 * `install.sh` of a release. The checksums are in the script itself: whoever got an honest script cannot be given another
 * binary.
 */
export function installer(template: string, manifest: ReleaseManifest, baseUrl: string): string {
  const values: Record<string, string> = {
    VERSION: manifest.version,
    BASE_URL: baseUrl,
    CHECKSUMS: checksumLines(manifest).trim(),
  }
  return template.replace(/@([A-Z_]+)@/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`install.sh asks for @${name}@, which nothing gives`)
    if (value.includes("'")) throw new Error(`${name} cannot stand in single quotes: ${value}`)
    return value
  })
}
