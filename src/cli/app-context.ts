import type { Settings } from '../config/settings.ts'
import type { BuildInfo } from '../platform/build-info.ts'
import type { Clock } from '../platform/clock.ts'
import type { Host } from '../platform/host.ts'
import type { Output } from '../platform/output.ts'
import type { SudoCaller } from '../platform/privileges.ts'
import type { ProcessTable } from '../platform/process-identity.ts'
import type { StatePaths } from '../platform/state-paths.ts'
import type { Terminal } from '../platform/terminal.ts'
import type { FindBuilders } from '../runtime/builder-candidate.ts'
import type { RuntimeDirectory } from '../runtime/runtime-directory.ts'

/** Everything a command works with; made once, in the composition root. */
export type AppContext = {
  host: Host
  paths: StatePaths
  output: Output
  terminal: Terminal
  clock: Clock
  processes: ProcessTable
  build: BuildInfo
  selfCommand: readonly string[]
  runtimes: RuntimeDirectory
  /** Who builds images, as the settings have it. */
  builders: (settings: Settings) => FindBuilders
  /** The user who typed this very command line after `sudo`; undefined when nobody did. */
  sudoCaller: () => SudoCaller | undefined
  /** The same program once it has become that user. */
  forCaller: (caller: SudoCaller) => AppContext
  /** Starts the background process without waiting for it. */
  startDaemonInBackground: () => void
}
