import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod/mini'

import { errorCode, UserError } from '../lib/errors.ts'
import type { Environment } from '../platform/host.ts'

const authEntry = z.object({
  auth: z.optional(z.string()),
  username: z.optional(z.string()),
  password: z.optional(z.string()),
  identitytoken: z.optional(z.string()),
})

const configSchema = z.object({
  currentContext: z.optional(z.string()),
  auths: z.optional(z.record(z.string(), authEntry)),
  credHelpers: z.optional(z.record(z.string(), z.string())),
  credsStore: z.optional(z.string()),
})

/** The parts of the docker program's `config.json` that matter here. */
export type DockerConfig = z.infer<typeof configSchema>

/** The docker program's folder: DOCKER_CONFIG, else `~/.docker`. */
export function dockerConfigFolder(env: Environment, home: string): string {
  return env['DOCKER_CONFIG'] || join(home, '.docker')
}

/** Reads `config.json` of that folder; empty when there is none. A broken one is a `UserError`. */
export async function readDockerConfig(folder: string): Promise<DockerConfig> {
  const path = join(folder, 'config.json')
  try {
    return configSchema.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch (cause) {
    const code = errorCode(cause)
    if (code === 'ENOENT' || code === 'ENOTDIR') return {}
    throw new UserError(`Docker's configuration ${path} cannot be read`, {
      fix: `repair it: docker --config ${folder} info shows what is wrong`,
      cause,
    })
  }
}
