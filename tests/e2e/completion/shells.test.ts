import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'bun:test'
import { debianProgram } from '../../engine/debian-program.ts'
import { skippedTest } from '../../engine/test-engine.ts'
import { CompletionHome } from './completion-home.ts'
import { typedLine } from './typed-line.ts'

const LIMIT_MS = 60_000
const zsh = await debianProgram('zsh', 'zsh', process.env)
const fish = await debianProgram('fish', 'fish', process.env)

/** What is typed before Tab, and the line afterwards, where the three shells agree. */
const LINES: readonly (readonly [typed: string, completed: string])[] = [
  ['agent compl', 'agent completion '],
  ['agent stop de', 'agent stop demo '],
  ['agent url demo w', 'agent url demo web '],
  ['agent route remove vi', 'agent route remove vite.mine '],
  ['agent run --sandbox gv', 'agent run --sandbox gvisor '],
  ['agent run --sandbox=gv', 'agent run --sandbox=gvisor '],
  ['agent run my', 'agent run my\\ app/'],
  ['agent run --env-file val', 'agent run --env-file values.env '],
  ['agent run --env-file=val', 'agent run --env-file=values.env '],
]

/** Where a program that was unpacked privately has its root; undefined for this machine's own. */
function privateRoot(program: string): string | undefined {
  if (program.startsWith('/usr/') || program.startsWith('/bin/')) return undefined
  return /exec (\/.*?)(?:\/usr)?\/bin\//.exec(readFileSync(program, 'utf8'))?.[1]
}

async function script(home: CompletionHome, shell: string): Promise<string> {
  const { stdout, code, stderr } = await home.run(['agent', 'completion', shell])
  expect([code, stderr]).toEqual([0, ''])
  return stdout
}

test(
  'bash completes on a terminal',
  async () => {
    using home = new CompletionHome()
    const own = await script(home, 'bash')
    const show = `bind -x '"\\C-t": printf "<<%s>>" "$READLINE_LINE"'`
    writeFileSync(join(home.dir, 'rc'), `${own}\nPS1='ready> '\n${show}\n`)
    for (const [typed, completed] of LINES)
      expect(
        await typedLine(home, ['bash', '--rcfile', join(home.dir, 'rc'), '-i'], `${typed}\t`),
      ).toBe(completed)
  },
  LIMIT_MS,
)

test('the function for bash runs without compopt, and quotes what it offers', async () => {
  using home = new CompletionHome()
  const call = `${await script(home, 'bash')}
COMP_WORDS=(agent run my) COMP_CWORD=2; _agent; printf '[%s]' "\${COMPREPLY[@]}"
COMP_WORDS=(agent run --sandbox = '') COMP_CWORD=4; _agent; printf '[%s]' "\${COMPREPLY[@]}"
COMP_WORDS=(agent stop '$(touch made)') COMP_CWORD=2; _agent; printf '[%s]' "\${COMPREPLY[@]}"`
  const { stdout, stderr } = await home.run(['bash', '--norc', '-c', call])
  expect([stdout, stderr]).toEqual(['[my\\ app][gvisor][auto][none][]', ''])
  expect(await Bun.file(join(home.dir, 'made')).exists()).toBe(false)
})

if (zsh === undefined) skippedTest('zsh completes on a terminal', 'there is no zsh')
else
  test(
    'zsh completes on a terminal',
    async () => {
      using home = new CompletionHome()
      mkdirSync(join(home.dir, 'functions'))
      writeFileSync(join(home.dir, 'functions', '_agent'), await script(home, 'zsh'))
      const root = privateRoot(zsh)
      const own = `module_path=(${root}/usr/lib/*/zsh/*(/)) fpath=(${root}/usr/share/zsh/functions/**/*(/))`
      writeFileSync(join(home.dir, '.zshenv'), root === undefined ? '' : `${own}\n`)
      writeFileSync(
        join(home.dir, '.zshrc'),
        `fpath=(${home.dir}/functions $fpath); autoload -U compinit; compinit -u
show() { print -rn -- "<<$BUFFER>>" }; zle -N show; bindkey '^T' show; PS1='ready> '\n`,
      )
      for (const [typed, completed] of LINES)
        expect(await typedLine(home, [zsh, '-d', '-i'], `${typed}\t`)).toBe(completed)
    },
    LIMIT_MS,
  )

if (fish === undefined) skippedTest('fish completes', 'there is no fish')
else
  test(
    'fish completes',
    async () => {
      using home = new CompletionHome()
      const root = privateRoot(fish)
      const functions =
        root === undefined ? '' : `set fish_function_path ${root}/usr/share/fish/functions`
      writeFileSync(join(home.dir, 'agent.fish'), await script(home, 'fish'))
      const complete = async (typed: string) => {
        const line = `${functions}; source agent.fish; complete -C '${typed}'`
        const { stdout, stderr } = await home.run([fish, '--no-config', '-c', line])
        expect(stderr).toBe('')
        return stdout
          .trimEnd()
          .split('\n')
          .map((found) => found.split('\t')[0])
      }
      expect(await complete('agent compl')).toEqual(['completion'])
      expect(await complete('agent stop ')).toEqual(['demo'])
      expect(await complete('agent url demo ')).toEqual(['web'])
      expect(await complete('agent run --sandbox=')).toContain('--sandbox=gvisor')
      expect(await complete('agent run my')).toEqual(['my app/'])
      expect(await complete('agent run --env-file val')).toEqual(['values.env'])
      expect(await complete('agent run --env-file=val')).toEqual(['--env-file=values.env'])
    },
    LIMIT_MS,
  )
