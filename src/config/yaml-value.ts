import type { Position } from './problem.ts'

/** Texts, nothing, lists and maps: a scalar is its source text, so that 3.10 is not 3.1. */
export type YamlValue = string | null | YamlValue[] | { [key: string]: YamlValue }

export type YamlPath = readonly (string | number)[]

/** Where a value is written, and the key before it. */
export type YamlPlace = {
  at: Position
  keyAt?: Position
  /** Of a map, in the order of the file: objects move `9` before `web`. */
  keys?: readonly string[]
}

/** A path as messages show it: `mounts[0].target`. */
export function pathText(path: YamlPath): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
    .join('')
    .replace(/^\./, '')
}
