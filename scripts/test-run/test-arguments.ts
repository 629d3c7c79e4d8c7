/** The levels in the order they run: the fastest answers first. */
export const testLevels = ['unit', 'contract', 'integration', 'e2e', 'fault'] as const

export type TestLevel = (typeof testLevels)[number]

/** The files of a level that are run. */
export type LevelFiles = { readonly level: TestLevel; readonly files: readonly string[] }

export type TestSelection = {
  readonly levels: readonly TestLevel[]
  /** Parts of file paths: a file is run when its path has one of them; all files when there are none. */
  readonly filters: readonly string[]
  /** Options for `bun test`, given as they are. */
  readonly bunOptions: readonly string[]
}

/** Reads `[level…] [part of a path…] [options of bun test]`. */
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
  return {
    levels: levels.size === 0 ? testLevels : testLevels.filter((level) => levels.has(level)),
    filters,
    bunOptions: words.slice(end),
  }
}

/** The test files of a selection, of those that exist (paths relative to the project). */
export function selectTestFiles(
  files: readonly string[],
  level: TestLevel,
  filters: readonly string[],
): string[] {
  return files
    .filter((file) => file.startsWith(`tests/${level}/`))
    .filter((file) => filters.length === 0 || filters.some((part) => file.includes(part)))
    .sort()
}
