import { z } from 'zod'
import type { AppleCommand } from './apple-command.ts'

/** An image as `container image inspect` tells it, of the variant that this machine runs. */
export type AppleImage = {
  reference: string
  digest: string
  sizeBytes: number
  createdAtMs: number
  command: readonly string[]
  entrypoint: readonly string[]
  user: string
  labels: Readonly<Record<string, string>>
}

const words = z.array(z.string()).nullish()
const descriptor = z.object({ digest: z.string() })

const variantSchema = z.object({
  platform: z.object({ os: z.string(), architecture: z.string() }),
  size: z.number(),
  config: z.object({
    created: z.string().nullish(),
    config: z
      .object({
        Cmd: words,
        Entrypoint: words,
        User: z.string().nullish(),
        Labels: z.record(z.string(), z.string()).nullish(),
      })
      .nullish(),
  }),
})

type Variant = z.infer<typeof variantSchema>

const inspectSchema = z.array(
  z.object({
    // Up to 0.12 these two; from 1.0 on in `configuration`.
    name: z.string().optional(),
    index: descriptor.optional(),
    configuration: z.object({ name: z.string(), descriptor }).optional(),
    variants: z.array(variantSchema),
  }),
)

const listSchema = z.array(
  z.union([
    z.object({ reference: z.string() }).transform((it) => it.reference),
    z
      .object({ configuration: z.object({ name: z.string() }) })
      .transform((it) => it.configuration.name),
  ]),
)

/** Decodes `container image inspect`, of 0.x and of 1.x; throws on any other. */
export function decodeImages(json: string, architecture: string): AppleImage[] {
  return inspectSchema.parse(JSON.parse(json)).map(({ name, index, configuration, variants }) => ({
    reference: configuration?.name ?? name ?? '',
    digest: configuration?.descriptor.digest ?? index?.digest ?? '',
    ...contentOf(variants.find((it) => it.platform.architecture === architecture) ?? variants[0]),
  }))
}

function contentOf(variant: Variant | undefined): Omit<AppleImage, 'reference' | 'digest'> {
  return {
    sizeBytes: variant?.size ?? 0,
    createdAtMs: Date.parse(variant?.config.created ?? '') || 0,
    ...defaultsOf(variant?.config.config ?? {}),
  }
}

function defaultsOf({ Cmd, Entrypoint, User, Labels }: NonNullable<Variant['config']['config']>) {
  return {
    command: Cmd ?? [],
    entrypoint: Entrypoint ?? [],
    user: User ?? '',
    labels: Labels ?? {},
  }
}

/** The names in `container image list --format json`, of 0.x and of 1.x; throws on any other. */
export function decodeImageNames(json: string): string[] {
  return listSchema.parse(JSON.parse(json))
}

/** An image's JSON; undefined when it is not here. */
export async function inspectImages(
  command: AppleCommand,
  references: readonly string[],
  signal?: AbortSignal,
): Promise<string | undefined> {
  const answer = await command.run(['image', 'inspect', ...references], { signal })
  const isThere = answer.exitCode === 0 && answer.stdout.trim() !== '[]'
  return isThere ? answer.stdout : undefined
}

export async function hasImage(
  command: AppleCommand,
  reference: string,
  signal?: AbortSignal,
): Promise<boolean> {
  return (await inspectImages(command, [reference], signal)) !== undefined
}
