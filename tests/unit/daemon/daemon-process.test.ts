import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { runDaemon } from '../../../src/daemon/daemon-process.ts'
import { Sqlite } from '../../../src/platform/sqlite.ts'
import { statePaths } from '../../../src/platform/state-paths.ts'
import { RouteStore } from '../../../src/routes/route-store.ts'
import { AuditLog } from '../../../src/run/audit-log.ts'
import type { RunContext } from '../../../src/run/run-context.ts'
import { RunStore } from '../../../src/run/run-store.ts'
import { openState } from '../../../src/state/open-state.ts'
import type { State } from '../../../src/state/state.ts'
import { FakeProcessTable } from '../../fakes/fake-process-table.ts'
import { InMemoryRuntime } from '../../fakes/in-memory-runtime.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const clock = { now: () => Date.now() }

function contextOf(state: State, dir: string): RunContext {
  const paths = statePaths({ env: { AGENTOPS_HOME: dir }, homeDir: '/', uid: -1 })
  return {
    runs: new RunStore(state, clock),
    routes: new RouteStore(state),
    audit: new AuditLog(state, clock, (runId) => paths.runAudit(runId)),
    connect: async () => new InMemoryRuntime(),
    homeId: state.homeId,
    paths,
    clock,
    processes: new FakeProcessTable(),
    version: '1.2.3',
  }
}

describe('the background process', () => {
  test('survives a database that is busy when it wants to end', async () => {
    using folder = temporaryFolder()
    using state = openState(folder.path, { uid: -1, busyTimeoutMs: 1 })
    using other = new Sqlite(join(folder.path, 'state.db'), { busyTimeoutMs: 1000 })
    const ready = Promise.withResolvers<void>()
    const failed = Promise.withResolvers<void>()
    const log: string[] = []
    const ended = runDaemon({
      context: contextOf(state, folder.path),
      state,
      uid: -1,
      idleMs: 0,
      log: (line) => {
        log.push(line)
        if (line.startsWith('could not')) failed.resolve()
      },
      onReady: () => {
        other.exec('BEGIN IMMEDIATE')
        ready.resolve()
      },
    })
    await ready.promise
    await failed.promise
    other.exec('ROLLBACK')
    await ended
    expect(log.at(-1)).toBe('ending: idle')
  })
})
