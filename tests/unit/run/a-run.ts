import type { RunRecord } from '../../../src/run/run-record.ts'

/** A row of a run, as a detached one looks right after its claim; `changes` say what is different. */
export function aRun(changes: Partial<RunRecord> = {}): RunRecord {
  return {
    id: 'run_000000000001',
    name: 'myapp',
    state: 'created',
    runtime: 'docker',
    endpoint: 'unix:///run/test.sock',
    image: 'busybox',
    workspace: '/home/me/project',
    attached: false,
    keep: false,
    createdAtMs: 1_000_000,
    owner: { pid: 1000, start: '1', bootId: 'boot' },
    plan: { interactive: false },
    ...changes,
  }
}
