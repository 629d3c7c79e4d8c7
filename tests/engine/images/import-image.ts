import { run, type RunOptions } from '../run-command.ts'

/** Makes an image of one layer from a folder. */
export async function importFolder(
  folder: string,
  reference: string,
  changes: readonly string[],
  options: RunOptions,
): Promise<void> {
  const archive = `${folder}.tar`
  await run(['tar', '-C', folder, '--numeric-owner', '-cf', archive, '.'], options)
  await importArchive(archive, reference, changes, options)
}

/** Makes an image of one layer from a tar file. `changes` are Dockerfile instructions (docker import --change). */
export async function importArchive(
  archive: string,
  reference: string,
  changes: readonly string[],
  options: RunOptions,
): Promise<void> {
  const words = changes.flatMap((change) => ['--change', change])
  await run(['docker', 'import', ...words, archive, reference], { ...options, limitMs: 120_000 })
}

/** Builds a folder with a Dockerfile by the builder inside the engine, which needs no plugin. */
export async function buildFolder(
  folder: string,
  reference: string,
  options: RunOptions,
): Promise<void> {
  await run(['docker', 'build', '--quiet', '--tag', reference, folder], {
    limitMs: 10 * 60_000,
    env: { ...options.env, DOCKER_BUILDKIT: '0' },
  })
}
