/** The command that starts this program again: Deno with our main file. */
export function selfCommand(): readonly string[] {
  const [, main = ''] = process.argv
  return [process.execPath, 'run', '--allow-all', '--no-prompt', main]
}
