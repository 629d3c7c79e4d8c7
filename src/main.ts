import { buildInfo } from './platform/build-info.ts'
import { exitProcess } from './platform/exit.ts'
import { systemOutput } from './platform/output.ts'
import { versionLine } from './cli/version-line.ts'
import { runSandboxProcess } from './sandbox-processes.ts'

// What a package calls deprecated is not for the user's stderr; in the compiled file Bun would print it.
process.noDeprecation = true

const argv = process.argv.slice(2)
if (argv.length === 1 && argv[0] === '--version') {
  // Not process.stdout: making that stream takes longer than all the rest.
  systemOutput().answer(versionLine(buildInfo()))
} else if (await runSandboxProcess(argv)) {
  exitProcess(0)
} else {
  const { runApp } = await import('./app.ts')
  exitProcess(await runApp(argv))
}
