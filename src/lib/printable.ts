/** C0 and C1 controls, line separators and the marks that reorder text on a terminal. */
export const UNSAFE_CHARACTERS =
  /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu

/**
 * Text from a container, a file or the network, made safe for a terminal: what could move the cursor, retitle the
 * window, or hide or reorder what follows is removed.
 */
export function printable(text: string): string {
  return text.replace(UNSAFE_CHARACTERS, '')
}
