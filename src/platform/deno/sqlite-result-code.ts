/** SQLite's texts for the results that somebody acts on (sqlite3_errstr): how a message begins. */
const TEXTS = {
  'attempt to write a readonly database': 8,
  'database disk image is malformed': 11,
  'database is locked': 5,
  'database or disk is full': 13,
  'disk I/O error': 10,
  'file is not a database': 26,
  'locking protocol': 15,
  'unable to open database file': 14,
} as const

/** As in ../sqlite-result-code.ts. Deno says the code only of a prepared statement; of the rest, in words. */
export function sqliteResultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  if (error.code !== 'ERR_SQLITE_ERROR') return undefined
  if ('errcode' in error) return Number(error.errcode)
  const { message } = error
  const SQLITE_ERROR = 1
  const SQLITE_CONSTRAINT = 19
  if (/constraint failed/.test(message)) return SQLITE_CONSTRAINT
  return Object.entries(TEXTS).find(([text]) => message.startsWith(text))?.[1] ?? SQLITE_ERROR
}
