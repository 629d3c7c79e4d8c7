import { suggestGo, suggestRust } from './compiled-project.ts'
import { suggestNode } from './node-project.ts'
import type { ProjectFiles } from './project-files.ts'
import { suggestPython } from './python-project.ts'
import type { Suggestion } from './suggestion.ts'

const DETECTORS: readonly ((files: ProjectFiles) => Suggestion | undefined)[] = [
  suggestNode,
  suggestPython,
  suggestGo,
  suggestRust,
]

/** The first kind of project that the files are of. */
export function suggest(files: ProjectFiles): Suggestion {
  for (const detect of DETECTORS) {
    const found = detect(files)
    if (found !== undefined) return found
  }
  return { kind: 'nothing known', dependencies: [], notes: [] }
}
