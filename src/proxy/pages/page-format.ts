/** A page for a person, data for a program, or a few lines for a terminal. */
export type PageFormat = 'html' | 'json' | 'text'

/**
 * Chooses by the Accept field (RFC 9110 §12.5.1): the format it names with the greatest weight, of equals
 * the first. Wildcards choose nothing, so that curl gets text.
 */
export function choosePageFormat(accept: string): PageFormat {
  let best: { format: PageFormat; weight: number } = { format: 'text', weight: 0 }
  for (const range of accept.split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
    const format = formatOf(type)
    const weight = weightOf(parameters)
    if (format !== undefined && weight > best.weight) best = { format, weight }
  }
  return best.format
}

function formatOf(type: string): PageFormat | undefined {
  if (type === 'text/html' || type === 'application/xhtml+xml') return 'html'
  if (type === 'application/json' || type.endsWith('+json')) return 'json'
  return type === 'text/plain' ? 'text' : undefined
}

function weightOf(parameters: readonly string[]): number {
  const weight = parameters.find((parameter) => parameter.startsWith('q='))
  const value = weight === undefined ? 1 : Number(weight.slice(2))
  return value >= 0 && value <= 1 ? value : 0
}
