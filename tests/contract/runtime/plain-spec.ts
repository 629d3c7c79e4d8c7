import type { ContainerSpec } from '../../../src/runtime/container-spec.ts'

/** The least that can be asked for; cases say only what matters to them. */
export const plainSpec: ContainerSpec = {
  name: 'plain',
  image: 'busybox:latest',
  env: {},
  workingDir: '/',
  labels: {},
  mounts: [],
  tmpfs: [],
  ports: [],
  extraHosts: [],
  hostRelays: [],
  tty: false,
  stdin: false,
  hostname: 'plain',
}
