import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'bun:test'
import { engineTest, skippedTest } from '../../engine/test-engine.ts'
import { AgentHome } from '../support/agent-home.ts'

const BUSYBOX = 'image: busybox:latest\nsandbox: none\n'

function gitTest(name: string, run: () => Promise<void>): void {
  if (Bun.which('git') === null) skippedTest(name, 'git is not installed')
  else engineTest(name, run)
}

gitTest(
  'inside a git workspace files change, but nothing that git executes on the host',
  async () => {
    await using home = new AgentHome()
    const project = home.project('p', { 'agent.yaml': BUSYBOX })
    await git(home, project, 'init', '-q')
    const config = readFileSync(join(project, '.git', 'config'), 'utf8')
    const script = `
    tries() { if "$@" 2>/dev/null; then echo "did: $*"; fi; }
    tries sh -c 'echo "#!/bin/sh" > .git/hooks/pre-commit'
    tries sh -c 'echo "[core] fsmonitor = evil" >> .git/config'
    tries rm -rf .git/hooks
    tries mv .git/hooks .git/old
    tries mv .git .old
    tries rm .git/config
    echo text > new.txt && echo ok > .git/description && echo done`
    const { code, stdout } = await home.agent(['run', project, '--', 'sh', '-c', script])
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'done\n' })
    expect(existsSync(join(project, '.git', 'hooks', 'pre-commit'))).toBe(false)
    expect(readFileSync(join(project, '.git', 'config'), 'utf8')).toBe(config)
    expect(readFileSync(join(project, 'new.txt'), 'utf8')).toBe('text\n')
  },
)

gitTest('in a linked worktree the repository is where its .git file says', async () => {
  await using home = new AgentHome()
  const main = home.project('main', { 'agent.yaml': BUSYBOX })
  await git(home, main, 'init', '-q')
  await git(home, main, 'add', '.')
  await git(
    home,
    main,
    '-c',
    'user.name=me',
    '-c',
    'user.email=me@example.org',
    'commit',
    '-qm',
    'one',
  )
  const worktree = join(home.dir, 'branch')
  await git(home, main, 'worktree', 'add', '-q', worktree)
  const script = `
    dir=$(sed 's/^gitdir: //' .git)
    cat "$dir/HEAD" && head -n 1 "$dir/../../HEAD" && echo x > "$dir/../../made-inside"
    ! sh -c 'echo x > "$1"' - "$dir/../../hooks/post-checkout" 2>/dev/null
    env | grep GIT_CONFIG | sort`
  const { code, stdout } = await home.agent(['run', worktree, '--', 'sh', '-c', script])
  expect(code).toBe(0)
  expect(stdout).toContain('ref: refs/heads/branch\n')
  expect(stdout).toContain('GIT_CONFIG_KEY_0=gc.worktreePruneExpire\nGIT_CONFIG_VALUE_0=never\n')
  expect(statSync(join(main, '.git', 'made-inside')).isFile()).toBe(true)
  expect(existsSync(join(main, '.git', 'hooks', 'post-checkout'))).toBe(false)
  await git(home, worktree, 'status', '--porcelain')
})

gitTest('a .git file that names a repository which does not know it mounts nothing', async () => {
  await using home = new AgentHome()
  const victim = home.project('victim')
  await git(home, victim, 'init', '-q')
  const project = home.project('p', {
    'agent.yaml': BUSYBOX,
    '.git': `gitdir: ${join(victim, '.git')}\n`,
  })
  const plan = await home.answer(['run', '--dry-run', project])
  expect(plan).not.toContain(victim)
})

async function git(home: AgentHome, cwd: string, ...words: string[]): Promise<void> {
  const child = Bun.spawn(['git', ...words], {
    cwd,
    env: { HOME: home.dir, PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
    stdout: 'ignore',
    stderr: 'pipe',
  })
  const stderr = await new Response(child.stderr).text()
  if ((await child.exited) !== 0) throw new Error(`git ${words.join(' ')}: ${stderr}`)
}
