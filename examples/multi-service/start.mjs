// Starts both services as one command, passes a stop on to them, and ends when either of them ends.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const services = ['web', 'api'].map((name) => {
  const child = spawn(process.execPath, [fileURLToPath(new URL(`${name}.mjs`, import.meta.url))], {
    stdio: 'inherit',
  })
  return { name, child }
})

let stopping = false

function stop(exitCode) {
  if (stopping) return
  stopping = true
  process.exitCode = exitCode
  for (const { child } of services) child.kill('SIGTERM')
}

for (const { name, child } of services) {
  child.on('exit', (code, signal) => {
    if (!stopping) console.error(`${name} ended (${signal ?? `exit code ${code}`})`)
    stop(code ?? 1)
  })
}

for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => stop(0))
