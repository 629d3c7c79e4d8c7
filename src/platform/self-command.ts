/** True in the compiled binary, whose sources live in an embedded file system. */
function isCompiled(): boolean {
  return Bun.main.startsWith('/$bunfs/') || Bun.main.startsWith('B:/~BUN/')
}

/** The command that starts this program again: the binary itself, or the runtime with our main file. */
export function selfCommand(): readonly string[] {
  return isCompiled() ? [process.execPath] : [process.execPath, Bun.main]
}
