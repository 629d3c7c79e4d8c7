/** A mistake or an obstacle the user can act on. Everything else that is thrown is a defect. */
export class UserError extends Error {
  override readonly name = 'UserError'
  /** What the user can do about it: commands or edits, one per entry. */
  readonly fixes: readonly string[]
  /** 2 for a usage or configuration error, 125 when a container never ran, 1 otherwise. */
  readonly exitCode: number

  /**
   * @param what lower case, no full stop, shows the offending value, no errno and no library words
   * @param options `fix`: a command that exists, or an edit; `exitCode`: defaults to 1
   */
  constructor(
    what: string,
    options: { fix?: string | readonly string[]; exitCode?: number; cause?: unknown } = {},
  ) {
    super(what, options.cause === undefined ? undefined : { cause: options.cause })
    const { fix } = options
    if (fix === undefined) this.fixes = []
    else if (typeof fix === 'string') this.fixes = [fix]
    else this.fixes = fix
    this.exitCode = options.exitCode ?? 1
  }
}

/** A usage error: exit code 2, before anything was made. */
export function usageError(what: string, fix?: string | readonly string[]): UserError {
  return new UserError(what, fix === undefined ? { exitCode: 2 } : { fix, exitCode: 2 })
}

/** The message of whatever was thrown, for chains of causes. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The `code` that Node and Bun put on system errors (`ENOENT`, `EADDRINUSE`), or undefined. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
