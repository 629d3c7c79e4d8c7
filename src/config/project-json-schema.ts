import { z } from 'zod'
import { projectSchema } from './project-schema.ts'

type Path = readonly (string | number)[]
type JsonType = 'string' | 'number' | 'integer' | 'boolean'

/** What an editor shows of a key. Places as in messages: `mounts[]` is every entry, `env.*` every name. */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  name: 'Name of the run and part of its host names: a DNS label in lower case. --name wins; absent: a random one.',
  agent: "Free text of the project's own, shown in agent list --json.",
  version: "Free text of the project's own, shown in agent list --json.",
  runtime: 'Short form of one entry of dependencies for each language.',
  'runtime.node': 'Version of Node.js, like 22.',
  'runtime.python': 'Version of Python, like 3.12.',
  'runtime.go': 'Version of Go, like 1.23.',
  dependencies:
    'What the image must hold: name, name@version, or a package of npm:, pip:, uv:, cargo: or go:. See agent deps list.',
  image: 'An image to use as it is, instead of runtime and dependencies.',
  command: 'What runs in /workspace: a program and its arguments, or a text for a shell.',
  ports:
    'Services: a name and the port it listens on inside. Reached at http://<service>.<agent>.localhost:<port>.',
  env: 'Variables of the command. -e and --env-file win over them.',
  mounts: 'Folders and files of this machine, beside the project itself: source:target[:ro].',
  'mounts[].source': 'Folder or file of this machine; a relative one starts from the project.',
  'mounts[].target': 'Absolute path inside.',
  'mounts[].readonly': 'Whether it can only be read.',
  interactive: 'Whether the run gets the keyboard and a terminal, as with -i.',
  home: 'Whether what the command leaves in its home folder is there again in the next run.',
  sandbox: 'The boundary: gVisor, gVisor where the engine has it, or none beside the container.',
  network: 'What the run can reach.',
  'network.policy': 'Any host, or only those in allow.',
  'network.allow':
    'Hosts that a strict policy lets through: a name, *.name or an address, each with or without a port.',
  container: 'How the container is made.',
  'container.runtime': 'What runs the container; absent: whichever is found.',
  'container.user': "Who the command is: your uid and gid, or the image's own user.",
  'container.memory': 'Limit of memory, like 2g.',
  'container.cpus': 'Limit of processors, like 1.5.',
  'container.pids': 'Limit of processes and threads.',
  'container.apple': "Settings of Apple's container alone.",
  'container.apple.builder_dns': 'Addresses of name servers for the image builder.',
}

/**
 * What YAML makes of a plain value that stands there; elsewhere it is a text. agent.yaml itself is read by the text of its
 * values, so 3.10 is not 3.1, but an editor checks what YAML makes of them.
 */
const TYPES: Readonly<Record<string, readonly JsonType[]>> = {
  version: ['string', 'number'],
  'runtime.node': ['string', 'number'],
  'runtime.python': ['string', 'number'],
  'runtime.go': ['string', 'number'],
  'command[]': ['string', 'number', 'boolean'],
  'ports.*': ['integer', 'string'],
  'env.*': ['string', 'number', 'boolean'],
  'mounts[].readonly': ['boolean'],
  interactive: ['boolean'],
  'container.memory': ['string', 'integer'],
  'container.cpus': ['number', 'string'],
  'container.pids': ['integer', 'string'],
}

/**
 * The JSON Schema (draft 2020-12) of agent.yaml, made from the schema that reads it. It knows keys and kinds of values; what
 * else holds for them is only told when a file is read.
 * @param dependencyNames what an editor proposes in `dependencies`
 */
export function projectJsonSchema(dependencyNames: readonly string[]): object {
  const schema = z.toJSONSchema(projectSchema().root, { io: 'input' })
  return { title: 'agent.yaml', ...annotatedMap(schema, [], dependencyNames) }
}

/** A part of the JSON Schema with what only this file knows about its place. */
function annotated(part: unknown, path: Path, names: readonly string[]): unknown {
  if (Array.isArray(part)) {
    return part.map((item, index) => annotated(item, [...path, index], names))
  }
  return typeof part === 'object' && part !== null ? annotatedMap(part, path, names) : part
}

function annotatedMap(part: object, path: Path, names: readonly string[]): Record<string, unknown> {
  const entries = Object.entries(part)
    // A map with free names: any text is a name, as everywhere.
    .filter(([key]) => key !== 'propertyNames')
    .map(([key, value]): [string, unknown] => [key, annotated(value, [...path, key], names)])
  const whole: Record<string, unknown> = Object.fromEntries(entries)
  if (path.at(-1) === 'properties') return whole
  const { type, ...others } = whole
  const place = placeOf(path)
  const description = path.at(-2) === 'properties' ? DESCRIPTIONS[place] : undefined
  const isText = type === 'string' && !('enum' in whole)
  return {
    ...(description !== undefined && { description }),
    ...(isText ? { ...others, ...scalar(place, names) } : whole),
  }
}

/** Every key of agent.yaml that has fixed ones, as in messages; what a schema has to describe. */
export function describedPlaces(): readonly string[] {
  return Object.keys(DESCRIPTIONS)
}

function scalar(place: string, dependencyNames: readonly string[]): object {
  if (place === 'dependencies[]') return { anyOf: [{ enum: dependencyNames }, { type: 'string' }] }
  const [only, ...others] = TYPES[place] ?? ['string']
  return { type: others.length === 0 ? only : [only, ...others] }
}

/** `properties, mounts, anyOf, 0, items, anyOf, 1, properties, source` → `mounts[].source`. */
function placeOf(path: Path): string {
  let place = ''
  for (const [index, part] of path.entries()) {
    if (path[index - 1] === 'properties') place += place === '' ? part : `.${part}`
    else if (part === 'items') place += '[]'
    else if (part === 'additionalProperties') place += '.*'
  }
  return place
}
