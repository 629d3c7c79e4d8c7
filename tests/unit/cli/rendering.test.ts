import { describe, expect, test } from 'bun:test'
import { printPlan } from '../../../src/cli/print-plan.ts'
import { ProgressLines } from '../../../src/cli/progress-lines.ts'
import { reportErrors } from '../../../src/cli/report-error.ts'
import { Style } from '../../../src/cli/style.ts'
import { formatTable } from '../../../src/cli/table.ts'
import { UserError } from '../../../src/lib/errors.ts'
import { printable } from '../../../src/lib/printable.ts'
import { RecordedOutput } from '../../fakes/recorded-output.ts'
import { rejectionOf } from '../../support/rejection-of.ts'
import { AnApp } from './an-app.ts'
import { IDLE_PLAN } from '../run/idle-plan.ts'
import { startedRun } from './started-run.ts'

const PLAIN = new Style(false)

describe('a table', () => {
  test('has aligned columns, and nothing behind the last', () => {
    expect(
      formatTable(
        ['NAME', 'STATE', 'URL'],
        [
          ['a', 'running', 'http://a'],
          ['much-longer', 'x', '-'],
        ],
      ),
    ).toEqual([
      'NAME         STATE    URL',
      'a            running  http://a',
      'much-longer  x        -',
    ])
  })

  test('without rows is its header', () => {
    expect(formatTable(['A', 'BB'], [])).toEqual(['A  BB'])
  })

  test('shows no control character of a cell, and counts without them', () => {
    expect(formatTable(['A', 'B'], [['\u001b[2Jx\n', 'y']])).toEqual(['A     B', '[2Jx  y'])
  })
})

describe('what other programs and files say', () => {
  test('holds nothing that a terminal obeys, wherever it is shown', async () => {
    const escape = '\u001b]0;owned\u0007'
    using app = new AnApp({ env: { AGENTOPS_HOME: `/tmp/${escape}` } })
    await app.run('status')
    printPlan(app.context, { ...IDLE_PLAN, workspace: `/${escape}`, image: `x${escape}` }, false)
    expect(app.output.answers).toEqual(app.output.answers.map(printable))
  })

  test('in the failures of a cleanup neither', async () => {
    using app = new AnApp()
    const run = await startedRun(app, { attached: true })
    app.processes.kill(run.owner)
    app.runtime.remove = async () => Promise.reject(new Error('\u001b[2Jbusy'))
    await rejectionOf(app.run('stop', 'nothing'))
    expect(app.output.notes).toContain('[2Jbusy')
    expect(app.output.notes).not.toContain('\u001b')
  })
})

describe('a style', () => {
  test('colours, or does nothing', () => {
    const { red, bold } = new Style(true)
    expect(red('x')).toBe('\u001b[31mx\u001b[39m')
    expect(bold(red('x'))).toBe('\u001b[1m\u001b[31mx\u001b[39m\u001b[22m')
    expect(PLAIN.red('x')).toBe('x')
  })
})

describe('an error', () => {
  test('of the user is told with every way out, on stderr', () => {
    const error = new UserError('port 80 is in use', {
      fix: ['stop nginx', 'agent proxy start --port 81'],
      exitCode: 2,
    })
    expect(reported(error)).toEqual({
      exitCode: 2,
      notes: [
        'error: port 80 is in use',
        '  fix: stop nginx',
        '  fix: agent proxy start --port 81',
      ],
      answers: [],
    })
  })

  test('beside others: all are told, and the exit code is the highest of theirs', () => {
    const others = [new UserError('the other', { fix: 'edit b', exitCode: 2 })]
    expect(reported(new UserError('the one', { fix: 'edit a' }), { others })).toEqual({
      exitCode: 2,
      notes: ['error: the one', '  fix: edit a', 'error: the other', '  fix: edit b'],
      answers: [],
    })
  })

  test('beside others is one object with --json', () => {
    const error = new UserError('the one', { fix: ['edit a', 'edit both'], exitCode: 2 })
    const others = [new UserError('the other', { fix: 'edit both', exitCode: 2 })]
    const { answers, notes } = reported(error, { json: true, others })
    expect([notes, answers.length]).toEqual([[], 1])
    expect(JSON.parse(answers.join())).toEqual({
      error: 'the one\nthe other',
      fixes: ['edit a', 'edit both'],
      problems: [
        { error: 'the one', fixes: ['edit a', 'edit both'] },
        { error: 'the other', fixes: ['edit both'] },
      ],
      exitCode: 2,
    })
  })

  test('of several lines is indented', () => {
    expect(reported(new UserError('no engine\nhere: down\nthere: gone')).notes).toEqual([
      'error: no engine',
      '  here: down',
      '  there: gone',
    ])
  })

  test('holds nothing that a terminal obeys', () => {
    const error = new UserError('bad \u001b]0;title\u0007 name', {
      fix: 'use \u001b[8mother\u001b[0m',
    })
    expect(reported(error).notes.join()).not.toMatch(/\p{Cc}/u)
  })

  test('that nobody foresaw says what to do, with --verbose all that is known', () => {
    const error = new TypeError('x is undefined', { cause: new Error('because\u0007 of y') })
    expect(reported(error)).toEqual({
      exitCode: 1,
      notes: [
        'error: x is undefined',
        '  fix: run it again with --verbose, and report what it prints',
      ],
      answers: [],
    })
    const { notes } = reported(error, { verbose: true })
    expect(notes).toContain('  cause: because of y')
    expect(notes.join('\n')).toContain('rendering.test.ts')
  })

  test('with causes that go round in a circle ends', () => {
    const error = new Error('a')
    error.cause = error
    expect(reported(error, { verbose: true }).notes.length).toBeLessThan(60)
  })

  test.each<[unknown, string]>([
    ['a text', 'error: a text'],
    [undefined, 'error: undefined'],
  ])('that is none (%p) is told all the same', (thrown, line) => {
    expect(reported(thrown).notes[0]).toBe(line)
  })

  test('with --json is one object on stdout', () => {
    const error = new UserError('a\nb', { fix: 'c', exitCode: 2 })
    expect(reported(error, { json: true })).toEqual({
      exitCode: 2,
      notes: [],
      answers: ['{"error":"a\\nb","fixes":["c"],"exitCode":2}'],
    })
  })
})

describe('progress', () => {
  test('on a terminal is one line that is rewritten, and goes before anything else is said', () => {
    using app = new AnApp({ isTty: true })
    const lines = progress(app)
    lines.status('pulling a')
    lines.status('too soon')
    app.clock.advance(100)
    lines.status('pulling b')
    lines.notice('started')
    lines.notice('web')
    expect(app.output.notes).toBe('\r\u001b[Kpulling a\r\u001b[Kpulling b\r\u001b[Kstarted\nweb\n')
  })

  test('never wraps, and holds nothing that a terminal obeys', () => {
    using app = new AnApp({ isTty: true })
    app.terminal.columns = 10
    progress(app).status('0123456789\u001b[2J')
    expect(app.output.notes).toBe('\r\u001b[K012345678')
  })

  test('takes its line away however a command ends', () => {
    using app = new AnApp({ isTty: true })
    {
      using lines = progress(app)
      lines.status('Initializing…')
    }
    expect(app.output.notes).toBe('\r\u001b[KInitializing…\r\u001b[K')
  })

  test('without a terminal is a few whole lines', () => {
    using app = new AnApp()
    using lines = progress(app)
    lines.status('pulling 1')
    app.clock.advance(4999)
    lines.status('pulling 2')
    app.clock.advance(1)
    lines.status('pulling 3')
    expect(app.output.notes).toBe('pulling 1\npulling 3\n')
  })

  test('with --json is JSON Lines on stderr, also on a terminal', () => {
    using app = new AnApp({ isTty: true })
    const lines = progress(app, { json: true })
    lines.status('pulling')
    lines.notice('careful')
    lines.event('started', { id: 'run_1' })
    const events = app.output.notes
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line))
    expect(events).toEqual([
      { event: 'status', text: 'pulling' },
      { event: 'notice', text: 'careful' },
      { event: 'started', id: 'run_1' },
    ])
    expect(app.output.answers).toEqual([])
  })

  test('knows how long each step took, also one that failed', async () => {
    using app = new AnApp()
    const lines = progress(app)
    expect(await lines.timed('create', async () => 3)).toBe(3)
    await lines.timed('start', async () => Promise.reject(new Error('no'))).catch(() => undefined)
    lines.printTimings()
    expect(app.output.notes).toMatch(/^ {2}create +\d+\.\d ms\n {2}start +\d+\.\d ms\n$/)
  })
})

function reported(
  error: unknown,
  options: { json?: boolean; verbose?: boolean; others?: readonly unknown[] } = {},
) {
  const output = new RecordedOutput()
  const exitCode = reportErrors([error, ...(options.others ?? [])], output, {
    json: options.json ?? false,
    verbose: options.verbose ?? false,
    style: PLAIN,
  })
  return { exitCode, notes: output.notes.split('\n').slice(0, -1), answers: output.answers }
}

function progress(app: AnApp, options: { json?: boolean } = {}): ProgressLines {
  return new ProgressLines(app.context, { json: options.json ?? false, style: PLAIN })
}
