/** Folders that BuildKit keeps between builds, and what takes them away where nothing keeps them. */
export type Leftovers = { caches: readonly string[]; cleanUp?: string }

/**
 * One `RUN` of these commands, each on its own line, joined by `&&` so that the first that fails fails the build. With
 * `cacheMounts` the leftovers are in BuildKit's caches; without they are removed, and the text is for any builder.
 */
export function runStep(
  commands: readonly string[],
  { cacheMounts, leftovers }: { cacheMounts: boolean; leftovers?: Leftovers },
): string {
  const mounts = cacheMounts
    ? (leftovers?.caches ?? []).map(
        (folder) => `--mount=type=cache,target=${folder},sharing=locked `,
      )
    : []
  const cleanUp = cacheMounts || leftovers?.cleanUp === undefined ? [] : [leftovers.cleanUp]
  return `RUN ${mounts.join('')}${[...commands, ...cleanUp].join(' \\\n && ')}`
}
