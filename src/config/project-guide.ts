import type { projectSchema } from './project-schema.ts'
import type { SchemaGuide } from './schema-problems.ts'

/** How the values of agent.yaml look, for whoever wrote something else. */
const EXAMPLES: SchemaGuide['examples'] = {
  '': 'write keys and values, like name: my-app',
  name: 'write it like name: my-app',
  runtime:
    'write it like runtime: { node: 22 } (docker, apple and embedded belong in container.runtime)',
  'runtime.*': 'write a version, like node: 22',
  dependencies: 'write it like dependencies: [node@22]',
  'dependencies[]': 'write it as one text, like node@22',
  image: 'write it like image: debian:bookworm-slim',
  command: 'write it like command: [npm, run, dev]',
  'command[]': 'write every word as a text',
  ports: 'write it like ports: { web: 3000 }',
  'ports.*': 'write a port, like web: 3000',
  env: 'write it like env: { LOG_LEVEL: debug }',
  'env.*': 'write "" for an empty value',
  mounts: 'write it like mounts: ["./data:/data:ro"]',
  'mounts[]': 'write it like "./data:/data:ro" or { source: ./data, target: /data }',
  'mounts[].source': 'name a folder or file, like source: ./data',
  'mounts[].target': 'name the place inside the container, like target: /data',
  network: 'write it like network: { policy: strict, allow: [api.example.com] }',
  'network.allow': 'write it like allow: [api.example.com]',
  container: 'write it like container: { memory: 2g }',
  'container.apple': 'write it like apple: { builder_dns: [1.1.1.1] }',
}

/** What compose files, devcontainers and Dockerfiles call the same things. */
const OTHER_NAMES: SchemaGuide['otherNames'] = {
  cmd: 'command',
  cpus: 'container.cpus',
  deps: 'dependencies',
  entrypoint: 'command',
  environment: 'env',
  expose: 'ports',
  mem_limit: 'container.memory',
  memory: 'container.memory',
  packages: 'dependencies',
  pids_limit: 'container.pids',
  services: 'ports',
  tools: 'dependencies',
  user: 'container.user',
  volumes: 'mounts',
}

export function projectGuide(
  file: string,
  maps: ReturnType<typeof projectSchema>['maps'],
): SchemaGuide {
  const keys = Object.entries(maps).map(([path, map]) => [path, Object.keys(map.shape)] as const)
  return { file, keys: Object.fromEntries(keys), examples: EXAMPLES, otherNames: OTHER_NAMES }
}
