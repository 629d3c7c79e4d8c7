/** Gives this process further environment variables until the block ends; what it had before is then there again. */
export function changedEnvironment(changes: Readonly<Record<string, string>>): Disposable {
  const before = { ...process.env }
  Object.assign(process.env, changes)
  return {
    // One by one: on Deno a new object in the place of `process.env` would not be what child processes get.
    [Symbol.dispose]: () => {
      for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name]
      Object.assign(process.env, before)
    },
  }
}
