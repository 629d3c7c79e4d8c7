/** As in ../init-groups.ts. Deno's process has no `initgroups`, so that of the C library is called. */
export function initGroups(user: string, group: number): void {
  const library = process.platform === 'darwin' ? 'libSystem.B.dylib' : 'libc.so.6'
  const { symbols } = Deno.dlopen(library, {
    initgroups: { parameters: ['buffer', 'u32'], result: 'i32' },
  })
  if (symbols['initgroups']?.(Buffer.from(`${user}\0`), group) !== 0)
    throw new Error(`the groups of ${user} cannot be taken on`)
}
