import { describe, expect, test } from 'bun:test'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gitMounts, makeMissing } from '../../../src/run/git-mounts.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

/** A folder with a repository in `main`, one commit in it. */
function aRepository(): Disposable & { path: string; at: (name: string) => string } {
  const folder = temporaryFolder()
  const at = (name: string): string => join(folder.path, name)
  git(folder.path, 'init', '-q', 'main')
  git(at('main'), 'commit', '-q', '--allow-empty', '-m', 'first')
  return { ...folder, at }
}

function git(cwd: string, ...parameters: string[]): void {
  const identity = ['-c', 'user.name=t', '-c', 'user.email=t@t.example', '-c', 'init.templateDir=']
  execFileSync('git', ['-C', cwd, ...identity, ...parameters], {
    stdio: 'pipe',
    env: { PATH: process.env['PATH'], GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
  })
}

const NOTHING = { mounts: [], env: {}, missing: [] }

describe('a git workspace', () => {
  test('keeps its own hooks and configuration read-only, in a .git that cannot be moved away', () => {
    using folder = aRepository()
    const { at } = folder
    mkdirSync(at('main/.git/hooks'))
    expect(gitMounts(at('main'))).toEqual({
      mounts: [
        { source: at('main/.git'), target: '/workspace/.git', readonly: false },
        { source: at('main/.git/hooks'), target: '/workspace/.git/hooks', readonly: true },
        { source: at('main/.git/config'), target: '/workspace/.git/config', readonly: true },
      ],
      env: {},
      missing: [],
    })
  })

  test('has what git would execute made first where it is not there, or it could be made inside', () => {
    using folder = aRepository()
    const { at } = folder
    git(at('main'), 'config', 'extensions.worktreeConfig', 'true')
    const before = gitMounts(at('main'))
    expect(before.missing).toEqual([
      { path: at('main/.git/hooks'), kind: 'folder' },
      { path: at('main/.git/config.worktree'), kind: 'file' },
    ])
    makeMissing(before.missing)
    makeMissing(before.missing)
    expect(gitMounts(at('main'))).toEqual({ ...before, missing: [] })
    expect(before.mounts.filter(({ readonly }) => readonly)).toHaveLength(3)
    git(at('main'), 'status')
  })

  test('that is none needs nothing', () => {
    using folder = temporaryFolder()
    expect(gitMounts(folder.path)).toEqual(NOTHING)
  })

  test('may keep its hooks elsewhere in the project', () => {
    using folder = aRepository()
    const { at } = folder
    mkdirSync(at('main/scripts'))
    symlinkSync('../scripts', at('main/.git/hooks'))
    expect(gitMounts(at('main')).mounts).toContainEqual({
      source: at('main/scripts'),
      target: '/workspace/.git/hooks',
      readonly: true,
    })
  })

  test.each(['hooks', 'config'])('is refused when its %s are a link to elsewhere', (part) => {
    using folder = aRepository()
    const { at } = folder
    mkdirSync(at('secrets'))
    rmSync(at(`main/.git/${part}`), { force: true })
    symlinkSync(at('secrets'), at(`main/.git/${part}`))
    expect(() => gitMounts(at('main'))).toThrow(`link to "${at('secrets')}"`)
  })

  test('does not follow a .git that is a link to another repository', () => {
    using folder = aRepository()
    const { at } = folder
    mkdirSync(at('hostile'))
    symlinkSync(at('main/.git'), at('hostile/.git'))
    expect(gitMounts(at('hostile'))).toEqual(NOTHING)
  })

  test('whose .git file names a repository inside the project is like any other', () => {
    using folder = aRepository()
    const { at } = folder
    renameSync(at('main/.git'), at('main/.bare'))
    writeFileSync(at('main/.git'), 'gitdir: ./.bare\n')
    expect(gitMounts(at('main')).mounts).toEqual([
      { source: at('main/.git'), target: '/workspace/.git', readonly: true },
      { source: at('main/.bare'), target: '/workspace/.bare', readonly: false },
      { source: at('main/.bare/hooks'), target: '/workspace/.bare/hooks', readonly: true },
      { source: at('main/.bare/config'), target: '/workspace/.bare/config', readonly: true },
    ])
  })
})

describe('a linked worktree', () => {
  test('brings its repository at the same path, and nothing inside prunes the others', () => {
    using folder = aRepository()
    const { at } = folder
    git(at('main'), 'worktree', 'add', '-q', at('tree'))
    const { mounts, env } = gitMounts(at('tree'))
    const own = at('main/.git/worktrees/tree')
    expect(mounts).toEqual([
      { source: at('tree/.git'), target: '/workspace/.git', readonly: true },
      { source: at('main/.git'), target: at('main/.git'), readonly: false },
      { source: at('main/.git/hooks'), target: at('main/.git/hooks'), readonly: true },
      { source: at('main/.git/config'), target: at('main/.git/config'), readonly: true },
      { source: own, target: own, readonly: false },
      // Where it says that its repository is, git on the host goes.
      { source: `${own}/commondir`, target: `${own}/commondir`, readonly: true },
      { source: `${own}/gitdir`, target: `${own}/gitdir`, readonly: true },
    ])
    expect(env).toEqual({
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'gc.worktreePruneExpire',
      GIT_CONFIG_VALUE_0: 'never',
    })
  })

  test('of a bare repository brings that one', () => {
    using folder = aRepository()
    const { at } = folder
    git(folder.path, 'clone', '-q', '--bare', 'main', 'bare.git')
    git(at('bare.git'), 'worktree', 'add', '-q', at('tree'), '-b', 'other')
    expect(gitMounts(at('tree')).mounts.map(({ source }) => source)).toEqual([
      at('tree/.git'),
      at('bare.git'),
      at('bare.git/hooks'),
      at('bare.git/config'),
      at('bare.git/worktrees/tree'),
      at('bare.git/worktrees/tree/commondir'),
      at('bare.git/worktrees/tree/gitdir'),
    ])
  })

  test('with relative paths in its files is understood too', () => {
    using folder = aRepository()
    const { at } = folder
    git(at('main'), 'worktree', 'add', '-q', at('tree'))
    writeFileSync(at('tree/.git'), 'gitdir: ../main/.git/worktrees/tree\n')
    writeFileSync(at('main/.git/worktrees/tree/gitdir'), '../../../../tree/.git\n')
    expect(gitMounts(at('tree')).mounts).toHaveLength(7)
  })

  test('that was copied is not believed: the repository keeps another folder under its name', () => {
    using folder = aRepository()
    const { at } = folder
    git(at('main'), 'worktree', 'add', '-q', at('tree'))
    mkdirSync(at('copy'))
    writeFileSync(at('copy/.git'), readFileSync(at('tree/.git')))
    expect(mountedFrom(at('copy'))).toEqual([at('copy/.git')])
  })
})

describe('a hostile .git file', () => {
  test('cannot have a foreign repository mounted by naming it', () => {
    using folder = aRepository()
    const { at } = folder
    mkdirSync(at('hostile'))
    writeFileSync(at('hostile/.git'), `gitdir: ${at('main/.git')}\n`)
    expect(mountedFrom(at('hostile'))).toEqual([at('hostile/.git')])
  })

  test('cannot by bringing the files along that a worktree has', () => {
    using folder = aRepository()
    const { at } = folder
    const inside = at('hostile/fake/worktrees/x')
    mkdirSync(inside, { recursive: true })
    writeFileSync(at('hostile/.git'), 'gitdir: fake/worktrees/x\n')
    writeFileSync(join(inside, 'gitdir'), `${at('hostile/.git')}\n`)
    writeFileSync(join(inside, 'commondir'), `${at('main/.git')}\n`)
    writeFileSync(join(inside, 'HEAD'), 'ref: refs/heads/main\n')
    for (const source of mountedFrom(at('hostile'))) expect(source).toStartWith(at('hostile'))
  })

  test('cannot by naming files of that kind elsewhere, where others may write', () => {
    using folder = aRepository()
    const { at } = folder
    mkdirSync(at('hostile'))
    const planted = at('shared/worktrees/x')
    mkdirSync(planted, { recursive: true })
    writeFileSync(at('hostile/.git'), `gitdir: ${planted}\n`)
    writeFileSync(join(planted, 'gitdir'), `${at('hostile/.git')}\n`)
    writeFileSync(join(planted, 'commondir'), `${at('main/.git')}\n`)
    writeFileSync(join(planted, 'HEAD'), 'ref: refs/heads/main\n')
    expect(mountedFrom(at('hostile'))).toEqual([at('hostile/.git')])
  })

  test.each([
    '',
    'gitdir:',
    'gitdir: \n',
    'gitdir: /nowhere\n',
    'gitdir: .\n',
    '\0',
    'gitdir: .git\n',
  ])('that says %j is no reason to mount anything else', (text) => {
    using folder = temporaryFolder()
    writeFileSync(join(folder.path, '.git'), text)
    expect(mountedFrom(folder.path)).toEqual([join(folder.path, '.git')])
  })
})

function mountedFrom(workspace: string): string[] {
  return gitMounts(workspace).mounts.map(({ source }) => source)
}
