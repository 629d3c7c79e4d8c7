import type { AppContext } from '../../../src/cli/app-context.ts'
import { createProgram } from '../../../src/cli/program.ts'
import type { Environment } from '../../../src/platform/host.ts'
import { statePaths } from '../../../src/platform/state-paths.ts'
import { FakeClock } from '../../fakes/fake-clock.ts'
import { FakeProcessTable } from '../../fakes/fake-process-table.ts'
import { FakeTerminal } from '../../fakes/fake-terminal.ts'
import { InMemoryRuntime } from '../../fakes/in-memory-runtime.ts'
import { RecordedOutput } from '../../fakes/recorded-output.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

/** The program as a test starts it: in a folder of its own, on a runtime in memory, heard by the test. */
export class AnApp implements Disposable {
  readonly output = new RecordedOutput()
  readonly terminal: FakeTerminal
  readonly clock = new FakeClock()
  readonly processes = new FakeProcessTable()
  readonly runtime = new InMemoryRuntime()
  readonly context: AppContext
  readonly #folder = temporaryFolder()

  constructor(options: { isTty?: boolean; env?: Environment } = {}) {
    this.terminal = new FakeTerminal(options.isTty ?? false)
    const host = {
      env: { AGENTOPS_HOME: `${this.#folder.path}/state`, ...options.env },
      cwd: this.#folder.path,
      homeDir: '/home/me',
      platform: 'linux' as const,
      arch: 'x64',
      uid: process.getuid?.() ?? -1,
      gid: process.getgid?.() ?? -1,
    }
    this.context = {
      host,
      paths: statePaths(host),
      output: this.output,
      terminal: this.terminal,
      clock: this.clock,
      processes: this.processes,
      build: { version: '1.2.3', commit: 'abc1234', bun: '1.4.5', faults: false },
      selfCommand: ['/nowhere/agent'],
      runtimes: {
        detect: async () => ({ runtime: this.runtime, info: await this.runtime.ping() }),
        survey: async () => [
          { kind: 'docker', found: { runtime: this.runtime, info: await this.runtime.ping() } },
        ],
        connect: async () => this.runtime,
      },
      builders: () => async () => [],
      sudoCaller: () => undefined,
      forCaller: () => this.context,
      startDaemonInBackground: () => undefined,
    }
  }

  get folder(): string {
    return this.#folder.path
  }

  /** Runs one command line, without what the process does around it. */
  async run(...words: string[]): Promise<void> {
    const dashes = words.indexOf('--')
    const own = dashes < 0 ? words : words.slice(0, dashes)
    const rest = dashes < 0 ? [] : words.slice(dashes + 1)
    const program = await createProgram(this.context, rest)
    await program.parseAsync([...own], { from: 'user' })
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]()
  }
}
