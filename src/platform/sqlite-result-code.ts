/**
 * The result code of a failure that comes from SQLite (https://sqlite.org/rescode.html); its low byte is the primary
 * one. Undefined for another error, such as a parameter of a wrong type.
 */
export function sqliteResultCode(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return undefined
  return Number(error.errcode)
}
