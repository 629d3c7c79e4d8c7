/** A command line shown in a document, as a reader would copy it. */
export type DocumentedCommand = { line: number; text: string; words: readonly string[] }

/**
 * Command lines of `agent` in the fenced blocks of a Markdown text: after `$ ` in transcripts, at the start of a line in `sh` blocks, and
 * where errors suggest them (`fix: agent …`). What a shell does around them (`$( )`, `&&`, comments, sudo) is cut off.
 */
export function documentedCommands(markdown: string): DocumentedCommand[] {
  let fence: string | undefined
  return markdown.split('\n').flatMap((source, index) => {
    const opening = /^```(\w*)/.exec(source)
    if (opening !== null) {
      fence = fence === undefined ? (opening[1] ?? '') : undefined
      return []
    }
    if (fence === undefined) return []
    const shown = commandText(source, fence)
    if (shown === undefined) return []
    return [{ line: index + 1, text: shown, words: splitWords(shown).slice(1) }]
  })
}

function commandText(source: string, fence: string): string | undefined {
  const line = /^\$ (.*)$/.exec(source)?.[1] ?? (fence === 'sh' ? source : undefined)
  const fix = /^\s+fix: (agent .*)$/.exec(source)?.[1]
  const text = fix?.replace(/, if you mean it$/, '') ?? line
  if (text === undefined) return undefined
  const own = /(?:^(?:sudo |[A-Z_]+=\S+ )*|\$\()((?:dist\/)?agent(?: .*)?)$/.exec(text)?.[1]
  return own
    ?.replace(/\s+#.*$/, '')
    .replace(/\)[^)]*$/, '')
    .replace(/\s+(&&|\|\||\||>).*$/, '')
}

/** Words as a shell separates them; quotes of both kinds hold a word together. */
function splitWords(text: string): string[] {
  return [...text.matchAll(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g)].map(([word]) =>
    word.replaceAll(/['"]/g, ''),
  )
}
