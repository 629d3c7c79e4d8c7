import { readFile, readdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { isEngineName, runRoot } from './engine-paths.ts'
import { isSuiteName } from './engine-suites.ts'

const processIdentity = z.object({ pid: z.number(), startTime: z.string() })

/** A process told apart from a later one with the same pid: field 22 of /proc/<pid>/stat, proc_pid_stat(5). */
export type ProcessIdentity = z.infer<typeof processIdentity>

const engineState = z.object({
  suite: z.string().refine(isSuiteName),
  /** The cache folder it was brought up with, which holds its data. */
  cacheDir: z.string(),
  /** The process the engine dies with; absent when it was left running on purpose. */
  owner: processIdentity.optional(),
  processes: z.array(processIdentity.extend({ role: z.string() })),
  /** Known once the engine is ready for use. */
  apiVersion: z.string().optional(),
  dockerCli: z.string(),
})

/** What is known of an engine that was brought up: enough to use it and to take it down. */
export type EngineState = z.infer<typeof engineState>

/** The state of the engine `name`, or undefined when there is none or it cannot be read. */
export async function readEngineState(name: string): Promise<EngineState | undefined> {
  const text = await readFile(stateFile(name), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    return engineState.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

export async function writeEngineState(name: string, state: EngineState): Promise<void> {
  const file = stateFile(name)
  await writeFile(`${file}.new`, JSON.stringify(state, undefined, 2))
  await rename(`${file}.new`, file)
}

/** The names of all engines that are up or left something behind. */
export async function engineNames(): Promise<string[]> {
  const names = await readdir(runRoot).catch(() => [])
  return names.filter(isEngineName).sort()
}

function stateFile(name: string): string {
  return join(runRoot, name, 'state.json')
}
