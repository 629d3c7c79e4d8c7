/** What differs from run to run, and what stands in its place when two texts are compared. */
const varying: readonly (readonly [RegExp, string])[] = [
  [/\brun_[0-9a-f]{12}\b/g, 'run_ID'],
  [/\b[0-9a-f]{12,64}(-dirty)?\b/g, 'HEX'],
  [/\b\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME'],
  [/\b\d+(\.\d+)? (ms|s|B|kB|MB|GB)\b/g, 'AMOUNT'],
  [/\b\d+[smhd]\b/g, 'AGE'],
  [/\b\d+\.\d+\.\d+[^\s,]*/g, 'VERSION'],
  [/ +/g, ' '],
  [/ $/g, ''],
]

/**
 * Compares what a page shows with what was printed. In the page `…` stands for anything within a line, and a line that is
 * nothing else for any lines.
 * @returns the first line that is shown and was not printed, undefined when all were, in this order and nothing between
 */
export function firstMissing(shown: readonly string[], printed: string): string | undefined {
  const lines = printed.split('\n').filter((line) => line.trim() !== '')
  let at = 0
  let mayPass = false
  for (const text of shown) {
    if (text.trim() === '') continue
    if (text.trim() === '…') {
      mayPass = true
      continue
    }
    const form = formOf(text)
    const ahead = mayPass ? lines.slice(at) : lines.slice(at, at + 1)
    const found = ahead.findIndex((line) => form.test(steady(line)))
    if (found < 0) return text
    at += found + 1
    mayPass = false
  }
  return undefined
}

function steady(line: string): string {
  return varying.reduce((text, [what, name]) => text.replaceAll(what, name), line)
}

function formOf(shown: string): RegExp {
  const parts = shown.split('…').map((part) => escaped(steady(part)))
  return new RegExp(`^${parts.join('.*')}$`)
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
}
