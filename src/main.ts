import { buildInfo } from './platform/build-info.ts'
import { exitProcess } from './platform/exit.ts'
import { versionLine } from './cli/version-line.ts'

const argv = process.argv.slice(2)
if (argv.length === 1 && argv[0] === '--version') {
  process.stdout.write(`${versionLine(buildInfo())}\n`)
} else {
  const { runApp } = await import('./app.ts')
  exitProcess(await runApp(argv))
}
