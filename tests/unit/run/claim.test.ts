import { describe, expect, test } from 'bun:test'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { NameTakenError } from '../../../src/run/run-store.ts'
import { aRun } from './a-run.ts'
import { aRunStore, bringTo } from './a-run-store.ts'

const ID = aRun().id

describe('a claim', () => {
  test('writes down what is known, and nothing else', () => {
    using store = aRunStore()
    const run = aRun({ plan: { name: 'myapp', command: ['sh'] }, keep: true, attached: true })
    store.runs.claim(run)
    expect(store.runs.find(run.id)).toEqual(run)
    expect(store.runs.find('run_ffffffffffff')).toBeUndefined()
  })

  test.each(['created', 'starting', 'running', 'stopping'] as const)(
    'is refused while a %s run has the name, and says which',
    (state) => {
      using store = aRunStore()
      store.runs.claim(aRun())
      bringTo(store.runs, ID, state)
      const again = aRun({ id: 'run_000000000002' })
      expect(takenBy(() => store.runs.claim(again))).toBe(ID)
      expect(store.runs.list({ live: false })).toHaveLength(1)
      store.runs.claim({ ...again, name: 'other' })
    },
  )

  test.each(['stopped', 'failed'] as const)('is granted once the one before has %s', (state) => {
    using store = aRunStore()
    store.runs.claim(aRun())
    bringTo(store.runs, ID, state)
    store.runs.claim(aRun({ id: 'run_000000000002' }))
    expect(store.runs.list({ live: true }).map(({ id }) => id)).toEqual(['run_000000000002'])
  })

  test('of twenty processes at once is granted to one, and the others learn who has it', async () => {
    using store = aRunStore()
    const children = Array.from({ length: 20 }, () => claimer(store.path, 'wanted'))
    await Promise.all(children.map(({ ready }) => ready))
    for (const { child } of children) child.stdin?.end()
    const answers = await Promise.all(children.map(({ answer }) => answer))
    const [winner, ...others] = store.runs.list({ live: true })
    expect(others).toEqual([])
    expect(answers.filter((answer) => answer === 'won')).toHaveLength(1)
    expect(answers.filter((answer) => answer === `taken by ${winner?.id}`)).toHaveLength(19)
  }, 20_000)
})

function takenBy(work: () => void): string | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    if (error instanceof NameTakenError) return error.holder.id
    throw error
  }
}

function claimer(
  path: string,
  name: string,
): { child: ChildProcess; ready: Promise<unknown>; answer: Promise<string | undefined> } {
  const script = join(import.meta.dirname, 'programs/claim-a-name.ts')
  const child = spawn(process.execPath, [script, path, name], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.on('data', (bytes: Buffer) => (text += bytes.toString()))
  return {
    child,
    ready: once(child.stdout, 'data'),
    answer: once(child, 'close').then(() => text.split('\n')[1]),
  }
}
