import type { ContainerId, PublishedPort } from '../runtime/container-state.ts'
import type { ImageInfo } from '../runtime/image-store.ts'
import type { AuditEvent } from './audit-entry.ts'

/** The entry of a run that runs: its container, the image it really got, and where its ports are. */
export function startedEvent(
  container: ContainerId,
  ports: readonly PublishedPort[],
  image: ImageInfo | undefined,
): AuditEvent {
  return {
    type: 'started',
    data: {
      container,
      digests: [...(image?.digests ?? [])],
      ports: ports.map((port) => ({
        containerPort: port.containerPort,
        published:
          'relaySocket' in port ? port.relaySocket : `${port.hostAddress}:${port.hostPort}`,
      })),
      ...(image === undefined ? {} : { imageId: image.id }),
    },
  }
}
