import { relative } from 'node:path'

/** Of the sources, where they are a git checkout: abbreviated, with `-dirty` after it for a changed work tree. */
export function currentCommit(projectDir: string): string | undefined {
  if (Bun.which('git') === null) return undefined
  const top = git(projectDir, 'rev-parse', '--show-toplevel')
  if (top === undefined || relative(top, projectDir) !== '') return undefined
  const commit = git(projectDir, 'rev-parse', '--short=12', 'HEAD')
  if (commit === undefined) return undefined
  return git(projectDir, 'status', '--porcelain', '--untracked-files=no') === ''
    ? commit
    : `${commit}-dirty`
}

function git(cwd: string, ...args: string[]): string | undefined {
  const result = Bun.spawnSync(['git', ...args], { cwd, stderr: 'ignore' })
  return result.success ? result.stdout.toString().trim() : undefined
}
