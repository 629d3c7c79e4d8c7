import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { probeNamespaces } from '../../../src/embedded/namespaces.ts'
import { childrenOf } from '../../../src/platform/child-processes.ts'
import { skippedTest } from '../../engine/test-engine.ts'
import type { AgentHome } from '../support/agent-home.ts'
import { type TerminalScreen, terminalTest } from './terminal-screen.ts'

/** What a shell inside shows when it waits for a command. */
const INSIDE = 'inside>'

/** Where an interactive run can be, and what its project says. */
const places = [
  { name: 'docker', flags: ['--runtime', 'docker'], config: 'image: debian:bookworm-slim\n' },
  { name: 'embedded', flags: ['--runtime', 'embedded'], config: '' },
] as const

export type Place = (typeof places)[number]

const cannotEmbed = await reasonAgainstNamespaces()

async function reasonAgainstNamespaces(): Promise<string | undefined> {
  try {
    await probeNamespaces('embedded:///')
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** The same test in front of every runtime. */
export function everywhereTest(name: string, run: (place: Place) => Promise<void>): void {
  for (const place of places) placeTest(name, place, run)
}

/** A test of what only the embedded runtime has. `programs` of this machine are seen inside, so they must be here. */
export function embeddedTerminalTest(
  name: string,
  run: (place: Place) => Promise<void>,
  programs: readonly string[] = [],
): void {
  const missing = programs.filter((program) => Bun.which(program) === null)
  if (missing.length > 0) skippedTest(name, `${missing.join(', ')} not installed`)
  else placeTest(name, places[1], run)
}

function placeTest(name: string, place: Place, run: (place: Place) => Promise<void>): void {
  const fullName = `${place.name}: ${name}`
  if (place.name === 'embedded' && cannotEmbed !== undefined) skippedTest(fullName, cannotEmbed)
  else terminalTest(fullName, () => run(place))
}

/** Starts a run named `a` with this command in the terminal. */
export async function runHere(
  place: Place,
  on: { home: AgentHome; screen: TerminalScreen },
  command: readonly string[],
): Promise<void> {
  const project = on.home.project('p', { 'agent.yaml': place.config })
  await on.screen.agent(
    ['run', '-i', '--name', 'a', '-e', `PS1=${INSIDE} `, ...place.flags, project, '--'].concat(
      command,
    ),
  )
}

/** Starts an interactive shell, and waits for its prompt. */
export async function shellHere(
  place: Place,
  on: { home: AgentHome; screen: TerminalScreen },
): Promise<void> {
  await runHere(place, on, ['bash', '--norc', '--noprofile', '-i'])
  await promptInside(on.screen)
}

/** Waits until the shell inside waits for a command. */
export function promptInside(screen: TerminalScreen): Promise<void> {
  return screen.shows(new RegExp(`${INSIDE}$`))
}

const ownerSchema = z.object({ pid: z.number() })

/** The processes of a home's only embedded run, from the outermost to the command. */
export function embeddedChain(home: AgentHome): number[] {
  const root = join(home.stateDir, 'embedded')
  const [id = ''] = readdirSync(root).filter((name) => /^[0-9a-f]{16}$/.test(name))
  const owner = ownerSchema.parse(JSON.parse(readFileSync(join(root, id, 'owner.json'), 'utf8')))
  const chain = [owner.pid]
  for (;;) {
    const [child] = childrenOf(chain.at(-1) ?? -1)
    if (child === undefined) return chain
    chain.push(child)
  }
}
