import type { ProcessIdentity } from '../../engine/engine-state.ts'
import type { Chain } from './chain.ts'

/** Those who are there; a detached CLI and a daemon may have ended. */
export type Cast = {
  chain: Chain
  cli: ProcessIdentity | undefined
  daemon: ProcessIdentity | undefined
}

/** Who is killed while a run is served, and what that may do to the run. */
export type Victim = {
  name: string
  attached: boolean
  /** Its command does not end on SIGTERM, SIGINT or SIGHUP. */
  deaf?: boolean
  /** Killed as soon as its run is written down as running, not when it is served. */
  atOnce?: boolean
  of: (cast: Cast) => readonly (ProcessIdentity | undefined)[]
  /** How long anybody of it may live on, in milliseconds; `lives`: all of it does, and answers by its name. */
  goneWithinMs: number | 'lives'
  /** What the run's record says in the end; absent where the run lives. */
  recordedAs?: { state: 'stopped' | 'failed'; exitCode: number }
}

const KILLED = { state: 'failed', exitCode: 137 } as const

export const victims: readonly Victim[] = [
  {
    name: 'outer unshare',
    attached: false,
    of: ({ chain }) => [chain.outerUnshare],
    goneWithinMs: 500,
    recordedAs: KILLED,
  },
  {
    name: 'supervisor',
    attached: false,
    of: ({ chain }) => [chain.supervisor],
    goneWithinMs: 500,
    recordedAs: KILLED,
  },
  {
    name: 'inner unshare',
    attached: false,
    of: ({ chain }) => [chain.innerUnshare],
    goneWithinMs: 500,
    recordedAs: KILLED,
  },
  {
    name: 'pid 1 inside',
    attached: false,
    of: ({ chain }) => [chain.firstInside],
    goneWithinMs: 500,
    recordedAs: KILLED,
  },
  {
    name: 'attached CLI',
    attached: true,
    of: ({ cli }) => [cli],
    goneWithinMs: 1000,
    recordedAs: { state: 'stopped', exitCode: 143 },
  },
  {
    name: 'attached CLI, command deaf to TERM',
    attached: true,
    deaf: true,
    of: ({ cli }) => [cli],
    goneWithinMs: 12_000,
    recordedAs: { state: 'stopped', exitCode: 137 },
  },
  {
    name: 'attached CLI and outer unshare',
    attached: true,
    of: ({ cli, chain }) => [cli, chain.outerUnshare],
    goneWithinMs: 500,
    recordedAs: KILLED,
  },
  {
    name: 'detached CLI, before it ends',
    attached: false,
    atOnce: true,
    of: ({ cli }) => [cli],
    goneWithinMs: 'lives',
  },
  {
    name: 'daemon',
    attached: false,
    of: ({ daemon }) => [daemon],
    goneWithinMs: 'lives',
  },
  {
    name: 'daemon and supervisor',
    attached: false,
    of: ({ daemon, chain }) => [daemon, chain.supervisor],
    goneWithinMs: 500,
    recordedAs: KILLED,
  },
]
