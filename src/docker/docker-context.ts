import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod/mini'

import { errorCode, UserError } from '../lib/errors.ts'
import { sha256Hex } from '../platform/sha256.ts'

import { parseEndpoint, type Endpoint } from './endpoint.ts'

const contextSchema = z.object({
  Endpoints: z.object({
    docker: z.object({ Host: z.string(), SkipTLSVerify: z.optional(z.boolean()) }),
  }),
})

/**
 * The endpoint of a named context of the docker program (docs.docker.com, "Docker contexts"): its
 * metadata and TLS material lie in folders named by the SHA-256 of its name. A context that is not
 * there or cannot be read is a `UserError`.
 * @param folder the docker program's folder, usually `~/.docker`
 */
export async function readDockerContext(folder: string, name: string): Promise<Endpoint> {
  const digest = sha256Hex(name)
  const path = join(folder, 'contexts', 'meta', digest, 'meta.json')
  const { Host: host, SkipTLSVerify: skipVerify = false } = await readEndpoint(path, name)
  const tlsFolder = join(folder, 'contexts', 'tls', digest, 'docker')
  const usesTls = skipVerify || (await isThere(tlsFolder))
  return parseEndpoint(host, usesTls ? { folder: tlsFolder, verify: !skipVerify } : undefined)
}

async function readEndpoint(
  path: string,
  name: string,
): Promise<z.infer<typeof contextSchema>['Endpoints']['docker']> {
  try {
    return contextSchema.parse(JSON.parse(await readFile(path, 'utf8'))).Endpoints.docker
  } catch (cause) {
    const isMissing = errorCode(cause) === 'ENOENT'
    throw new UserError(
      isMissing
        ? `there is no Docker context "${name}"`
        : `the Docker context "${name}" cannot be read: ${path}`,
      {
        fix: ['list them: docker context ls', 'or use another: docker context use default'],
        cause,
      },
    )
  }
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
