/** The levels in the order they run: the fastest answers first. `deno-unit` is `unit` once more, on Deno. */
export const testLevels = ['unit', 'deno-unit', 'contract', 'integration', 'e2e', 'fault'] as const

export type TestLevel = (typeof testLevels)[number]

/** The files of a level that are run. */
export type LevelFiles = { readonly level: TestLevel; readonly files: readonly string[] }

export type TestSelection = {
  readonly levels: readonly TestLevel[]
  /** Parts of file paths: a file is run when its path has one of them; all files when there are none. */
  readonly filters: readonly string[]
  /** Options for `bun test` (`deno test` for the level `deno-unit`), given as they are. */
  readonly runnerOptions: readonly string[]
}

/**
 * Reads `[level…] [part of a path…] [options of bun test]`. Options without a level leave out `deno-unit`, whose program has
 * others.
 */
export function parseTestArguments(words: readonly string[]): TestSelection {
  const optionsAt = words.findIndex((word) => word.startsWith('-'))
  const end = optionsAt === -1 ? words.length : optionsAt
  const levels = new Set<TestLevel>()
  const filters: string[] = []
  for (const word of words.slice(0, end)) {
    const level = testLevels.find((each) => each === word)
    if (level === undefined) filters.push(word)
    else levels.add(level)
  }
  const runnerOptions = words.slice(end)
  const isWanted = (level: TestLevel): boolean =>
    levels.size === 0 ? level !== 'deno-unit' || runnerOptions.length === 0 : levels.has(level)
  return { levels: testLevels.filter(isWanted), filters, runnerOptions }
}

/** The test files of a selection, of those that exist (paths relative to the project). */
export function selectTestFiles(
  files: readonly string[],
  level: TestLevel,
  filters: readonly string[],
): string[] {
  const folder = level === 'deno-unit' ? 'unit' : level
  return files
    .filter((file) => file.startsWith(`tests/${folder}/`))
    .filter((file) => filters.length === 0 || filters.some((part) => file.includes(part)))
    .sort()
}
