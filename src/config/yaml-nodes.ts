import {
  type Alias,
  type Document,
  type Node,
  type Scalar,
  type YAMLMap,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  visit,
} from 'yaml'
import { quoted } from '../lib/quoted.ts'
import type { Position, Problem } from './problem.ts'
import type { YamlPath, YamlPlace, YamlValue } from './yaml-value.ts'

/** Limits on what aliases can blow up; no file written by hand comes near them. */
const DEPTH_MAX = 20
const VALUES_MAX = 20_000

const PLAIN_TAGS = new Set(
  ['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((name) => `tag:yaml.org,2002:${name}`),
)

type Reading = {
  file: string
  positionOf: (offset: number) => Position
  targets: ReadonlyMap<Alias, Node>
  /** Nodes around the current one: an alias to one of them would never end. */
  open: Set<Node>
  places: Map<string, YamlPlace>
  problems: Problem[]
  valueCount: number
  isComplete: boolean
}

/** The parser's nodes → plain values and their places, by JSON path. Incomplete when a limit was met. */
export function readNodes(
  document: Document.Parsed,
  positionOf: (offset: number) => Position,
  file: string,
): Pick<Reading, 'places' | 'problems' | 'isComplete'> & { value: YamlValue } {
  const reading: Reading = {
    file,
    positionOf,
    targets: aliasTargets(document),
    open: new Set(),
    places: new Map(),
    problems: [],
    valueCount: 0,
    isComplete: true,
  }
  const value = readNode(reading, document.contents, [])
  return { value, ...reading }
}

/** An alias means the last node before it with that anchor (YAML 1.2.2 §3.2.2.2). */
function aliasTargets(document: Document.Parsed): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>()
  const targets = new Map<Alias, Node>()
  visit(document, {
    Node: (_, node, around) => {
      // Pairs and the document count too; whatever is deeper is refused when it is read.
      if (around.length > 2 * DEPTH_MAX + 2) return visit.SKIP
      if (isAlias(node)) {
        const target = anchors.get(node.source)
        if (target !== undefined) targets.set(node, target)
      } else if (node.anchor !== undefined) anchors.set(node.anchor, node)
      return undefined
    },
  })
  return targets
}

function readNode(reading: Reading, node: unknown, path: YamlPath, keyAt?: Position): YamlValue {
  if (!reading.isComplete) return null
  const at = beginOf(reading, node, keyAt)
  if (isBeyondLimits(reading, path, at)) return null
  const place: YamlPlace = { at, ...(keyAt !== undefined && { keyAt }) }
  reading.places.set(JSON.stringify(path), place)
  if (isAlias(node)) return readAlias(reading, node, { path, at, keyAt })
  if (!isNode(node)) return null
  if (node.tag !== undefined && !PLAIN_TAGS.has(node.tag)) {
    const tag = quoted(node.tag.replace(/^tag:yaml\.org,2002:/, '!!'))
    return report(reading, at, `the tag ${tag} has no meaning here`, 'remove it')
  }
  reading.open.add(node)
  const value = readContents(reading, node, path, place)
  reading.open.delete(node)
  return value
}

/** Where a node begins. Nothing (`key:`) begins nowhere: its key is what can be pointed at. */
function beginOf(reading: Reading, node: unknown, keyAt: Position | undefined): Position {
  const isNothing =
    !isNode(node) || !node.range || (isScalar(node) && node.source === '' && node.value === null)
  if (isNothing && keyAt !== undefined) return keyAt
  const offset = isNode(node) ? node.range?.[0] : undefined
  return reading.positionOf(offset ?? 0)
}

function readContents(reading: Reading, node: Node, path: YamlPath, place: YamlPlace): YamlValue {
  if (isScalar(node)) return readScalar(reading, node, place.at)
  if (isSeq(node)) return node.items.map((item, index) => readNode(reading, item, [...path, index]))
  if (isMap(node)) return readMap(reading, node, path, place)
  return null
}

function readAlias(
  reading: Reading,
  alias: Alias,
  { path, at, keyAt }: { path: YamlPath; at: Position; keyAt: Position | undefined },
): YamlValue {
  const target = reading.targets.get(alias)
  const name = quoted(`*${alias.source}`)
  if (target === undefined) {
    return report(
      reading,
      at,
      `${name} refers to nothing above it`,
      'put it in quotes if it is a text',
    )
  }
  if (reading.open.has(target))
    return report(reading, at, `${name} contains itself`, 'write the value out')
  return readNode(reading, target, path, keyAt)
}

function readScalar(reading: Reading, node: Scalar, at: Position): YamlValue {
  if (node.value === null) return null
  const text = node.source ?? ''
  if (!text.isWellFormed() || text.includes('\0')) {
    return report(
      reading,
      at,
      `${quoted(text)} holds a character that cannot be used`,
      'remove the character',
    )
  }
  return text
}

function readMap(reading: Reading, node: YAMLMap, path: YamlPath, place: YamlPlace): YamlValue {
  const entries = new Map<string, { value: YamlValue; keyAt: Position }>()
  for (const pair of node.items) {
    const key = readKey(reading, pair.key, place.at)
    if (key === undefined) continue
    const { text, keyAt } = key
    const earlier = entries.get(text)
    if (earlier === undefined) {
      entries.set(text, { value: readNode(reading, pair.value, [...path, text], keyAt), keyAt })
    } else {
      const what = `key ${quoted(text)} is written twice, first on line ${earlier.keyAt.line}`
      report(reading, keyAt, what, 'keep one of them')
    }
  }
  place.keys = [...entries.keys()]
  return Object.fromEntries([...entries].map(([key, { value }]) => [key, value]))
}

function readKey(
  reading: Reading,
  node: unknown,
  mapAt: Position,
): { text: string; keyAt: Position } | undefined {
  const keyAt = isNode(node) && node.range ? reading.positionOf(node.range[0]) : mapAt
  if (!isScalar(node)) {
    report(reading, keyAt, 'a key is not a plain text', 'write it like key: value')
    return undefined
  }
  const text = node.source ?? ''
  if (text === '<<') {
    report(reading, keyAt, 'merge keys (<<) have no meaning here', 'write the keys out')
    return undefined
  }
  // An object cannot hold this key as data.
  if (text === '__proto__' || text.includes('\0') || !text.isWellFormed()) {
    report(reading, keyAt, `key ${quoted(text)} cannot be used`, 'choose another')
    return undefined
  }
  return { text, keyAt }
}

function isBeyondLimits(reading: Reading, path: YamlPath, at: Position): boolean {
  reading.valueCount += 1
  if (path.length <= DEPTH_MAX && reading.valueCount <= VALUES_MAX) return false
  const what =
    path.length > DEPTH_MAX
      ? `values are nested more than ${DEPTH_MAX} deep`
      : `there are more than ${VALUES_MAX} values, counting each use of an alias`
  report(reading, at, what, 'make the file simpler')
  reading.isComplete = false
  return true
}

/** Notes a problem; stands for the value that could not be read. */
function report(reading: Reading, at: Position, what: string, fix: string): null {
  reading.problems.push({ file: reading.file, at, what, fix })
  return null
}
