/** Cuts a text into pieces that are sent one after another. */
export function cutUp(random: () => number, text: string): string[] {
  const cuts = Array.from({ length: Math.floor(random() * 4) }, () => at(random, text)).sort(
    (left, right) => left - right,
  )
  return [0, ...cuts]
    .map((from, index) => text.slice(from, cuts[index] ?? text.length))
    .filter((piece) => piece !== '')
}

const spoilers: readonly ((
  random: () => number,
  text: string,
  pieces: readonly string[],
) => string)[] = [
  (random, text, pieces) => insert(text, at(random, text), pick(random, pieces)),
  (random, text, pieces) => insert(text, lineStart(random, text), pick(random, pieces)),
  (random, text) => replace(text, at(random, text), 1, randomBytes(random, 1)),
  (random, text) => replace(text, at(random, text), Math.ceil(random() * 8), ''),
  (random, text) => {
    const from = at(random, text)
    return insert(text, from, text.slice(from, from + Math.ceil(random() * 40)))
  },
  (random, text) => text.slice(0, at(random, text)),
  (random, text) => text.replace(/\d/, () => String(Math.floor(random() * 10))),
  (random, text) => insert(text, at(random, text), 'x'.repeat(Math.floor(random() * 3_000))),
]

/** Puts one mistake into a text. */
export function spoil(random: () => number, text: string, pieces: readonly string[]): string {
  return pick(random, spoilers)(random, text, pieces)
}

export function pick<T>(random: () => number, from: readonly T[]): T {
  const chosen = from[Math.floor(random() * from.length)]
  if (chosen === undefined) throw new Error('nothing to pick from')
  return chosen
}

function at(random: () => number, text: string): number {
  return Math.floor(random() * (text.length + 1))
}

/** The start of a line of the text, by chance. */
function lineStart(random: () => number, text: string): number {
  return text.indexOf('\r\n', at(random, text)) + 2
}

function insert(text: string, position: number, piece: string): string {
  return replace(text, position, 0, piece)
}

function replace(text: string, position: number, length: number, piece: string): string {
  return text.slice(0, position) + piece + text.slice(position + length)
}

export function randomBytes(random: () => number, length: number): string {
  return Array.from({ length }, () => String.fromCharCode(Math.floor(random() * 256))).join('')
}
