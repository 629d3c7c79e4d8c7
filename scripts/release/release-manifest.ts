import * as z from 'zod'

/** `manifest.json` of a release: what there is to download, for programs. */
export const releaseManifest = z.object({
  /** Of this file's shape. */
  schema: z.literal(1),
  version: z.string(),
  commit: z.string().optional(),
  date: z.string(),
  files: z.array(
    z.object({
      name: z.string(),
      os: z.enum(['linux', 'darwin']),
      cpu: z.enum(['x64', 'arm64']),
      sizeBytes: z.int().positive(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
})

export type ReleaseManifest = z.infer<typeof releaseManifest>
export type ReleaseFile = ReleaseManifest['files'][number]

/** `SHA256SUMS`, which `sha256sum --check` reads. */
export function checksumLines({ files }: ReleaseManifest): string {
  return files.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join('')
}
