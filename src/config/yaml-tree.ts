import { LineCounter, type YAMLError, parseDocument } from 'yaml'
import { type Position, type Problem, inFileOrder } from './problem.ts'
import { describeYamlFault } from './yaml-fault.ts'
import { readNodes } from './yaml-nodes.ts'
import type { YamlPath, YamlPlace, YamlValue } from './yaml-value.ts'

/** What a YAML text says, and where it says it. */
export type YamlTree = {
  value: YamlValue
  /** The place of the value at a path; undefined when nothing is written there. */
  placeAt(path: YamlPath): YamlPlace | undefined
  /** The place of the value at a path; for a path that is not there, of the nearest value around it. */
  placeOf(path: YamlPath): YamlPlace
}

/** One mistake of syntax draws others behind it. */
const SYNTAX_PROBLEMS_MAX = 5

/** Reads one YAML 1.2 document. No tree: it is not YAML, or breaks a limit. Other problems leave a tree, so that the search goes on. */
export function readYaml(
  text: string,
  file: string,
): { tree: YamlTree | undefined; problems: Problem[] } {
  const lines = new LineCounter()
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: 'error',
  })
  const positionOf = (offset: number): Position => {
    const { line, col } = lines.linePos(Math.min(offset, text.length))
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const faults = [...document.errors, ...document.warnings].filter(isSyntaxFault)
  if (faults.length > 0) {
    const problems = faults.map((fault) => ({
      file,
      at: positionOf(fault.pos[0]),
      ...describeYamlFault(fault),
    }))
    return { tree: undefined, problems: firstOfEachLine(problems).slice(0, SYNTAX_PROBLEMS_MAX) }
  }
  const { value, places, problems, isComplete } = readNodes(document, positionOf, file)
  return { tree: isComplete ? treeOf(value, places) : undefined, problems }
}

/** Unknown tags are told where values are read, with the known ones that have no meaning here. */
function isSyntaxFault({ code }: YAMLError): boolean {
  return code !== 'TAG_RESOLVE_FAILED'
}

function firstOfEachLine(problems: readonly Problem[]): Problem[] {
  const seen = new Set<number | undefined>()
  return inFileOrder(problems).filter(({ at }) => {
    if (seen.has(at?.line)) return false
    seen.add(at?.line)
    return true
  })
}

function treeOf(value: YamlValue, places: ReadonlyMap<string, YamlPlace>): YamlTree {
  const placeAt = (path: YamlPath): YamlPlace | undefined => places.get(JSON.stringify(path))
  return {
    value,
    placeAt,
    placeOf: (path) => {
      for (let length = path.length; length >= 0; length -= 1) {
        const place = placeAt(path.slice(0, length))
        if (place !== undefined) return place
      }
      return { at: { line: 1, column: 1 } }
    },
  }
}
