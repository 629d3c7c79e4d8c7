import { parseControlArguments, type ControlCommand } from './control-arguments.ts'
import { cacheFolder, enginePaths } from './engine-paths.ts'
import { isAlive } from './engine-processes.ts'
import { engineNames, readEngineState } from './engine-state.ts'
import { provisionEngine, runningEngine } from './provision-engine.ts'
import { stepLog } from './step-log.ts'
import { tearDown } from './tear-down.ts'

const command = parseControlArguments(process.argv.slice(2))
if (typeof command === 'string') {
  console.error(command)
  process.exitCode = 2
} else {
  await perform(command, cacheFolder(process.env))
}

async function perform({ verb, name, suite }: ControlCommand, cacheDir: string): Promise<void> {
  const log = stepLog(`engine ${name}`)
  switch (verb) {
    case 'up': {
      const running = await runningEngine(name)
      if (running !== undefined) log(`is up already, with the engine of ${running.suite}`)
      const engine =
        running ?? (await provisionEngine({ name, suite, cacheDir, log, detached: true }))
      console.log(`DOCKER_HOST=${engine.dockerHost}`)
      console.log(`client: ${engine.dockerCli}`)
      console.log(`inside its network: nsenter --net=${engine.netns} <command>`)
      return
    }
    case 'down':
      log('taking it down')
      await tearDown(name, cacheDir)
      log('nothing is left of it')
      return
    case 'status':
      for (const each of await engineNames()) console.log(await describe(each))
  }
}

async function describe(name: string): Promise<string> {
  const state = await readEngineState(name)
  if (state === undefined) return `${name}: half-way up or down`
  const processes = state.processes.map(
    (each) => `${each.role} ${each.pid}${isAlive(each) ? '' : ' (dead)'}`,
  )
  const api = state.apiVersion ?? 'starting'
  return `${name}: ${state.suite}, API ${api}, unix://${enginePaths(name, state.cacheDir).socket}, ${processes.join(', ')}`
}
