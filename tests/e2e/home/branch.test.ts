import { expect } from 'bun:test'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { engineTest, skippedTest } from '../../engine/test-engine.ts'
import { AgentHome } from '../support/agent-home.ts'

const LIMIT_MS = 60_000
const YAML = 'name: of-the-file\nimage: busybox:latest\n'

function branchTest(name: string, run: () => Promise<void>): void {
  if (Bun.which('git') === null) skippedTest(name, 'git is not installed')
  else engineTest(name, run, LIMIT_MS)
}

function git(folder: string, ...words: string[]): string {
  const named = ['-c', 'user.name=n', '-c', 'user.email=a@b', ...words]
  return execFileSync('git', named, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
    .toString()
    .trim()
}

/** A project under git with one commit on `main`. */
function repository(home: AgentHome, name = 'p'): string {
  const project = home.project(name, { 'agent.yaml': YAML, 'a.txt': 'on main\n' })
  git(project, 'init', '-q', '-b', 'main')
  git(project, 'add', '.')
  git(project, 'commit', '-qm', 'first')
  return project
}

function worktree(project: string, label: string): string {
  return join(`${project}.worktrees`, label)
}

branchTest(
  'two branches run side by side, each in a worktree and under a name of its own',
  async () => {
    await using home = new AgentHome()
    const project = repository(home)
    git(project, 'branch', 'feature/Log-In')
    const wait = ['--', 'sleep', '60']
    await home.answer(['run', '-d', '--branch', 'feature/Log-In', project, ...wait])
    await home.answer(['run', '-d', '--branch', 'other', project, ...wait])
    expect((await home.answer(['list'])).match(/feature-log-in|other/g)?.sort()).toEqual([
      'feature-log-in',
      'other',
    ])
    const script = 'cat a.txt; echo new > a.txt'
    expect(await home.answer(['exec', 'feature-log-in', '--', 'sh', '-c', script])).toBe('on main')
    expect(readFileSync(join(project, 'a.txt'), 'utf8')).toBe('on main\n')
    const path = worktree(project, 'feature-log-in')
    expect(git(path, 'branch', '--show-current')).toBe('feature/Log-In')
    expect(git(path, 'status', '--porcelain')).toBe('M a.txt')
    const { code, stderr } = await home.agent(['destroy', '--all', '--time', '0'])
    expect(code).toBe(0)
    expect(stderr).toContain(`the worktree ${path} stays: it has changes that are not committed`)
    expect(stderr).toContain(`git -C ${project} worktree remove --force ${path}`)
    expect(existsSync(worktree(project, 'other'))).toBe(false)
    expect(git(project, 'branch', '--format=%(refname:short)')).toBe('feature/Log-In\nmain\nother')
  },
)

branchTest(
  'a branch keeps its worktree from run to run, and its own agent.yaml counts',
  async () => {
    await using home = new AgentHome()
    const project = repository(home)
    git(project, 'switch', '-qc', 'b')
    writeFileSync(join(project, 'agent.yaml'), `${YAML}command: [echo, from b]\n`)
    git(project, 'commit', '-qam', 'b')
    git(project, 'switch', '-q', 'main')
    const first = await home.agent(['run', '--branch', 'b', project])
    expect(first.stdout).toBe('from b\n')
    expect(first.stderr).toContain(`made ${worktree(project, 'b')}, a worktree of the branch "b"`)
    const second = await home.agent(['run', '--branch', 'b', '--name', 'c', project])
    expect(second.stdout).toBe('from b\n')
    expect(second.stderr).not.toContain('made')
    expect(await home.answer(['run', '--dry-run', '--branch', 'b', project])).toContain(
      'name       b\n',
    )
    // A commit that was made inside stays with its branch.
    git(worktree(project, 'b'), 'commit', '-q', '--allow-empty', '-m', 'inside')
    await home.answer(['destroy', 'b', 'c'])
    expect(existsSync(worktree(project, 'b'))).toBe(false)
    expect(git(project, 'log', '-1', '--format=%s', 'b')).toBe('inside')
    expect(git(project, 'worktree', 'list').split('\n')).toHaveLength(1)
  },
)

branchTest('a folder of a repository is the same folder of the worktree', async () => {
  await using home = new AgentHome()
  const project = repository(home)
  mkdirSync(join(project, 'sub'))
  writeFileSync(join(project, 'sub', 'agent.yaml'), 'image: busybox:latest\ncommand: [ls]\n')
  git(project, 'add', '.')
  git(project, 'commit', '-qm', 'sub')
  const run = ['run', '--branch', 'x', join(project, 'sub')]
  expect(await home.answer(run)).toBe('agent.yaml')
  git(worktree(project, 'x'), 'checkout', '-q', '--detach')
  const { stderr } = await home.agent(['destroy', 'x'])
  expect(stderr).toContain('stays: it has no branch checked out')
})

branchTest('a branch of a remote is followed', async () => {
  await using home = new AgentHome()
  const origin = repository(home, 'origin')
  git(origin, 'branch', 'theirs')
  const project = join(home.dir, 'clone')
  git(home.dir, 'clone', '-q', origin, project)
  await home.answer(['run', '--branch', 'theirs', project, '--', 'true'])
  const upstream = git(worktree(project, 'theirs'), 'rev-parse', '--abbrev-ref', '@{upstream}')
  expect(upstream).toBe('origin/theirs')
})

branchTest('what cannot be is refused before anything is made', async () => {
  await using home = new AgentHome()
  const project = repository(home)
  const plain = home.project('plain', { 'agent.yaml': YAML })
  const empty = home.project('empty', { 'agent.yaml': YAML })
  git(empty, 'init', '-q')
  const refusals: [words: string[], why: string][] = [
    [['--branch', 'x', plain], 'is in no git repository'],
    [['--branch', 'x', empty], 'has no commit yet'],
    [['--branch', 'main', project], `the branch "main" is checked out at ${project}`],
    [['--branch', 'a..b', project], '"a..b" is no name of a branch'],
    [['--branch=-x', project], '"-x" is no name of a branch'],
    [['--branch', '@{-1}', project], '"@{-1}" is no name of a branch'],
    [['--dry-run', '--branch', 'x', project], '"x" has no worktree yet'],
  ]
  for (const [words, why] of refusals) {
    const { code, stderr } = await home.agent(['run', ...words])
    expect([words, code]).toEqual([words, 2])
    expect(stderr).toContain(why)
  }
  expect(existsSync(`${project}.worktrees`)).toBe(false)
  mkdirSync(worktree(project, 'taken'), { recursive: true })
  const { code, stderr } = await home.agent(['run', '--branch', 'taken', project])
  expect(code).toBe(2)
  expect(stderr).toContain('is there already, and is no worktree of this repository')
})

branchTest(
  'what a run wrote into its repository executes nothing when it is destroyed',
  async () => {
    await using home = new AgentHome()
    const project = repository(home)
    const evil = join(home.dir, 'evil-was-here')
    const script = `
    dir=$(sed 's/^gitdir: //' .git); common=$(cd "$dir/../.." && pwd)
    mkdir -p "$common/evil" && cp "$common/HEAD" "$common/evil/" && mkdir -p "$common/evil/refs" "$common/evil/objects"
    printf '[core]\\n\\trepositoryformatversion = 0\\n\\tfsmonitor = touch ${evil}; false\\n' > "$common/evil/config"
    echo "$common/evil" > "$dir/commondir"
    cp "$common/evil/config" "$dir/config.worktree"; echo done`
    const run = ['run', '--branch', 'x', project, '--', 'sh', '-c', script]
    expect(await home.answer(run)).toBe('done')
    await home.answer(['destroy', 'x'])
    expect(existsSync(evil)).toBe(false)
  },
)
