import { Readable } from 'node:stream'
import { pack } from 'tar-stream'

import type { ContainerSpec } from '../runtime/container-spec.ts'
import type { ContainerId } from '../runtime/container-state.ts'

import { deadlines } from './deadlines.ts'
import type { EngineClient } from './engine-client.ts'

/**
 * Gives the top folders of a created container's volumes to their owners (`PUT /containers/{id}/archive`). A new volume
 * is root's. Unpacking a folder's entry needs no program of the image, and does not touch what is in the folder.
 */
export async function ownVolumes(
  client: EngineClient,
  id: ContainerId,
  { volumes = [] }: ContainerSpec,
  signal?: AbortSignal,
): Promise<void> {
  for (const { target, owner } of volumes) {
    if (owner === undefined) continue
    await client.call({
      method: 'PUT',
      path: `/containers/${id}/archive`,
      // From the root: engines pass over the entry of the very folder they unpack into.
      query: { path: '/' },
      upload: { contentType: 'application/x-tar', bytes: folderEntry(target, owner) },
      deadlineMs: deadlines.changeMs,
      signal,
    })
  }
}

function folderEntry(target: string, owner: string): Readable {
  const [uid, gid] = owner.split(':').map(Number)
  const archive = pack()
  archive.entry({
    name: `${target.slice(1)}/`,
    type: 'directory',
    mode: 0o755,
    uid: uid ?? 0,
    gid: gid ?? 0,
    mtime: new Date(),
  })
  archive.finalize()
  return Readable.from(archive)
}
