import type { Dependency } from '../config/dependency.ts'

/** Which engine programs inside a run have: this machine's, or one of their own. */
export type DockerMode = Extract<Dependency, { kind: 'docker' }>['mode']

/** The engine and client that are copied out of Docker's official images. */
export const DOCKER_VERSION = '28.5.2'

const BIN = '/usr/local/bin'
/** Where the client looks for plugins, and where the official images have buildx. */
const BUILDX = '/usr/local/libexec/docker/cli-plugins/docker-buildx'

const ENGINE = [
  'containerd',
  'containerd-shim-runc-v2',
  'ctr',
  'docker-init',
  'docker-proxy',
  'dockerd',
  'runc',
]

/** The official image that a mode's programs are copied from. */
export function dockerReference(mode: DockerMode): string {
  return `docker:${DOCKER_VERSION}-${mode === 'host' ? 'cli' : 'dind'}`
}

/** Debian packages that these programs call. */
export function packagesForDocker(mode: DockerMode | undefined): readonly string[] {
  return mode === 'dind' ? ['iptables'] : []
}

/** Copies the client and buildx; for an engine of the run's own that too. All of them are static. */
export function dockerStep(mode: DockerMode): string {
  const from = `COPY --from=${dockerReference(mode)}`
  const programs = ['docker', ...(mode === 'dind' ? ENGINE : [])].map((name) => `${BIN}/${name}`)
  return `${from} ${programs.join(' ')} ${BIN}/\n${from} ${BUILDX} ${BUILDX}`
}
