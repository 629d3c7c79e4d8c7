import { type Dependency, formatDependency } from './dependency.ts'
import type { Position } from './problem.ts'
import {
  type Placed,
  type ProjectConfig,
  type ServicePort,
  defaultProjectConfig,
} from './project-config.ts'
import { LANGUAGES } from './choices.ts'
import type { DecodedProject } from './project-schema.ts'
import type { YamlTree } from './yaml-tree.ts'
import { type YamlPath, pathText } from './yaml-value.ts'

/** Single values whose place somebody may want to name later, when the file as a whole is right. */
const PLACED_VALUES: readonly YamlPath[] = [
  ['name'],
  ['image'],
  ['command'],
  ['home'],
  ['sandbox'],
  ['network', 'policy'],
  ['network', 'allow'],
  ['container', 'runtime'],
  ['container', 'user'],
  ['container', 'memory'],
  ['container', 'cpus'],
  ['container', 'pids'],
  ['container', 'apple'],
]

/** What the schema decoded, with defaults, places and the order of the file. */
export function assembleProject(
  decoded: DecodedProject,
  tree: YamlTree,
  file: string,
): ProjectConfig {
  const defaults = defaultProjectConfig(file)
  const { name, agent, version, image, command, sandbox, network, container } = decoded
  return {
    file,
    positions: positionsIn(tree),
    name,
    agent,
    version,
    dependencies: dependenciesOf(decoded, tree),
    image,
    command,
    ports: portsOf(decoded, tree),
    env: decoded.env ?? defaults.env,
    mounts: (decoded.mounts ?? []).map(({ source, target, readonly }, index) => {
      const { at } = tree.placeOf(['mounts', index])
      return { source, target, readonly: readonly ?? false, at }
    }),
    interactive: decoded.interactive ?? defaults.interactive,
    home: decoded.home ?? defaults.home,
    sandbox,
    network: {
      policy: network?.policy ?? defaults.network.policy,
      allow: network?.allow ?? defaults.network.allow,
    },
    container: containerOf(container, defaults.container),
  }
}

function containerOf(
  decoded: DecodedProject['container'],
  defaults: ProjectConfig['container'],
): ProjectConfig['container'] {
  return {
    runtime: decoded?.runtime,
    user: decoded?.user ?? defaults.user,
    memoryBytes: decoded?.memory,
    cpus: decoded?.cpus,
    pids: decoded?.pids,
    builderDns: decoded?.apple?.builder_dns ?? defaults.builderDns,
  }
}

function positionsIn(tree: YamlTree): ReadonlyMap<string, Position> {
  const positions = new Map<string, Position>()
  for (const path of PLACED_VALUES) {
    const place = tree.placeAt(path)
    if (place !== undefined) positions.set(pathText(path), place.at)
  }
  return positions
}

/** `runtime: { node: 22 }` is short for `dependencies: [node@22]`. The same entry twice is one. */
function dependenciesOf(decoded: DecodedProject, tree: YamlTree): Placed<Dependency>[] {
  const found = new Map<string, Placed<Dependency>>()
  for (const name of LANGUAGES) {
    const version = decoded.runtime?.[name]
    if (version === undefined) continue
    const { at } = tree.placeOf(['runtime', name])
    found.set(formatDependency({ kind: 'catalogue', name, version }), {
      kind: 'catalogue',
      name,
      version,
      at,
    })
  }
  for (const [index, dependency] of (decoded.dependencies ?? []).entries()) {
    const text = formatDependency(dependency)
    if (found.has(text)) continue
    found.set(text, { ...dependency, at: tree.placeOf(['dependencies', index]).at })
  }
  return [...found.values()]
}

function portsOf(decoded: DecodedProject, tree: YamlTree): ServicePort[] {
  return (tree.placeAt(['ports'])?.keys ?? []).flatMap((service) => {
    const port = decoded.ports?.[service]
    return port === undefined ? [] : [{ service, port }]
  })
}
