import * as z from 'zod'

/** Which folders each folder of `src` may import from, by name (`src/cli` → `lib`, `platform` …). */
export type LayerTable = ReadonlyMap<string, readonly string[]>

const lintConfig = z.object({
  overrides: z.array(
    z.object({
      files: z.array(z.string()),
      rules: z.record(z.string(), z.unknown()),
    }),
  ),
})

const restriction = z.tuple([
  z.literal('error'),
  z.object({ patterns: z.array(z.object({ group: z.array(z.string()), message: z.string() })) }),
])

/** The table of docs/architecture.md: rows of `src/name | sentence | what it may import`. */
export function documentedLayers(markdown: string): LayerTable {
  const rows = markdown.matchAll(/^\|\s*(`src\/[^|]*)\|[^|]*\|([^|]*)\|\s*$/gm)
  const layers = new Map<string, readonly string[]>()
  for (const [, folders = '', allowed = ''] of rows) {
    const names = [...folders.matchAll(/`src\/([a-z]+)`/g)].map(([, name = '']) => name)
    for (const name of names) layers.set(name, importNames(allowed))
  }
  return layers
}

function importNames(cell: string): string[] {
  const text = cell.trim()
  return text === 'nothing' ? [] : text.split(/\s*,\s*/).toSorted()
}

/** The table the linter enforces: for each layer, all other layers but the forbidden ones. */
export function enforcedLayers(configText: string): LayerTable {
  const { overrides } = lintConfig.parse(JSON.parse(configText))
  const forbidden = new Map<string, readonly string[]>()
  for (const { files, rules } of overrides) {
    const folder = /^src\/([a-z]+)\/\*\*\/\*\.ts$/.exec(files[0] ?? '')?.[1]
    const rule = rules['no-restricted-imports']
    if (folder === undefined || rule === undefined) continue
    const [, { patterns }] = restriction.parse(rule)
    const groups = patterns.flatMap(({ group }) => group)
    forbidden.set(
      folder,
      groups.map((glob) => glob.replaceAll(/\*\*|\//g, '')),
    )
  }
  const all = [...forbidden.keys()]
  return new Map(
    all.map((folder) => [
      folder,
      all.filter((name) => name !== folder && !forbidden.get(folder)?.includes(name)).toSorted(),
    ]),
  )
}

/** Where the documented table and the enforced one differ, as lines to print. */
export function layerTableProblems(markdown: string, configText: string): string[] {
  const documented = documentedLayers(markdown)
  const enforced = enforcedLayers(configText)
  const folders = [...new Set([...documented.keys(), ...enforced.keys()])].toSorted()
  return folders.flatMap((folder) => {
    const says = documented.get(folder)?.join(', ')
    const does = enforced.get(folder)?.join(', ')
    if (says === does) return []
    const where = `layer src/${folder}`
    return [`${where}: docs/architecture.md says "${says}", .oxlintrc.json enforces "${does}"`]
  })
}
