/** In characters. */
export type TerminalSize = { columns: number; rows: number }
