/** Ends the process with this code once stdout and stderr have taken everything. */
export function exitProcess(code: number): never {
  process.exit(code)
}
