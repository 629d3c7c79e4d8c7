/** A command that a page shows, as a reader would type it, with what it is said to print. */
export type Step = {
  /** Heading above it, without `#`. */
  section: string
  /** Of the page, from 1. */
  line: number
  command: string
  /** Empty: the page says nothing about it. */
  shown: readonly string[]
}

type Fence = { language: string; open: boolean }

/**
 * The commands of a Markdown page, in its order: after `$ ` in transcripts, where what follows is the output, and every
 * line of `sh` blocks.
 */
export function stepsOf(markdown: string): Step[] {
  const steps: { section: string; line: number; command: string; shown: string[] }[] = []
  let section = ''
  let fence: Fence = { language: '', open: false }
  let printing: string[] | undefined
  for (const [index, text] of markdown.split('\n').entries()) {
    const mark = /^```(\w*)$/.exec(text)
    if (mark !== null) {
      fence = { language: mark[1] ?? '', open: !fence.open }
      printing = undefined
      continue
    }
    if (!fence.open) section = /^#+ (.*)$/.exec(text)?.[1] ?? section
    const command = fence.open ? commandOf(text, fence.language) : undefined
    if (command === undefined) {
      printing?.push(text)
      continue
    }
    printing = []
    steps.push({ section, line: index + 1, command, shown: printing })
  }
  return steps.map((step) => ({ ...step, shown: withoutEmptyEnds(step.shown) }))
}

function commandOf(text: string, language: string): string | undefined {
  if (language === 'sh') return /^[^#\s]/.test(text) ? text.replace(/ +#.*$/, '') : undefined
  return language === '' ? /^\$ (.*)$/.exec(text)?.[1] : undefined
}

/** An empty line separates two commands of a transcript. */
function withoutEmptyEnds(lines: readonly string[]): string[] {
  const last = lines.findLastIndex((line) => line.trim() !== '')
  return lines.slice(0, last + 1)
}
