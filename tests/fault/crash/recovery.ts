import { existsSync, readFileSync } from 'node:fs'
import * as z from 'zod'
import { type AgentHome, until } from '../../e2e/support/agent-home.ts'
import { HomeView, type Inventory, inventoryKinds } from '../support/home-view.ts'

/** What went wrong, with the last lines of the background process. */
export function explain(error: unknown, home: AgentHome): string {
  const { daemonLog } = new HomeView(home).paths
  const lines = existsSync(daemonLog) ? readFileSync(daemonLog, 'utf8').trim().split('\n') : []
  const log = lines.slice(-8).map((line) => `\n    daemon: ${line}`)
  return `${error instanceof Error ? error.message : String(error)}${log.join('')}`
}

/** What the user does after a crash. */
export const recoveries = ['run and stop', 'stop', 'daemon start'] as const
export type Recovery = (typeof recoveries)[number]

export type Recovered = {
  /** From the end of the next command until all was in order. */
  settledMs: number
  /** What was there after the crash. */
  before: Inventory
  /** What was there once everything was stopped, where it was. */
  after?: Inventory
}

/** How soon after the next command all has to be in order. */
const settleLimitMs = 12_000

/**
 * The next command of the user, then a look at everything: only detached runs may be left, whole; after they are stopped,
 * nothing. Throws with what is not in order within the limit.
 */
export async function checkRecovery(home: AgentHome, recovery: Recovery): Promise<Recovered> {
  const view = new HomeView(home)
  const before = await view.inventory()
  await recover(home, recovery)
  const settledMs = await untilInOrder(view)
  if (view.runs().some(({ endedAtMs }) => endedAtMs === undefined))
    await home.answer(['stop', '--all', '--time', '0'])
  await untilNothingIsLeft(view)
  checkAudits(view)
  return { settledMs, before, after: await view.inventory() }
}

/** A crash is no tampering: every log begins with what was planned, ends with the end, and is intact. */
function checkAudits(view: HomeView): void {
  for (const { id, text, verdict } of view.audits()) {
    const types = text.split('\n').flatMap((line) => /"type":"(\w+)"/.exec(line)?.[1] ?? [])
    const isWhole = types[0] === 'created' && types.at(-1) === 'ended'
    if (verdict.kind !== 'intact' || !isWhole)
      throw new Error(`the audit log of ${id} is ${JSON.stringify(verdict)}:\n${text}`)
  }
}

/** Waits until nothing is there but whole detached runs; returns how long it took, in milliseconds. */
export async function untilInOrder(view: HomeView): Promise<number> {
  const startedMs = performance.now()
  await settles('after the next command', async () => disorder(view))
  return performance.now() - startedMs
}

export async function untilNothingIsLeft(view: HomeView): Promise<void> {
  await settles('after everything was stopped', async () => leftovers(await view.inventory()))
}

/** What a number of crashes left, before and after the next command, and how long that took. */
export function summaryOf(recovered: readonly Recovered[]): string[] {
  const settled = recovered.map(({ settledMs }) => settledMs).sort((a, b) => a - b)
  const at = (part: number): string =>
    (settled[Math.floor((settled.length - 1) * part)] ?? 0).toFixed(0)
  return [
    `after the crash: ${countsByKind(recovered.map(({ before }) => before))}`,
    `at the end: ${countsByKind(recovered.flatMap(({ after }) => after ?? []))}`,
    `in order after ${at(0.5)} ms (half), ${at(0.99)} ms (99 %), ${at(1)} ms (all ${settled.length})`,
  ]
}

/** How many of each kind there were, in all of these. */
function countsByKind(inventories: readonly Inventory[]): string {
  return inventoryKinds
    .map((kind) => `${kind} ${inventories.reduce((sum, each) => sum + each[kind].length, 0)}`)
    .join(', ')
}

/** Gives the user's command, which has to succeed. */
export async function recover(home: AgentHome, recovery: Recovery): Promise<void> {
  switch (recovery) {
    case 'run and stop': {
      const project = home.project('next', { 'agent.yaml': 'image: busybox:latest\n' })
      const start = ['run', '-d', '--no-sandbox', '--name', 'next', project]
      await home.answer([...start, '--', 'sleep', '60'])
      await home.answer(['stop', 'next', '--time', '0'])
      return
    }
    case 'stop': {
      const { code, stderr } = await home.agent(['stop', '--time', '0'])
      if (code !== 0 && !stderr.includes('there is no running run'))
        throw new Error(`agent stop: exit ${code}\n${stderr}`)
      return
    }
    case 'daemon start':
      await home.answer(['proxy', 'start'])
      await home.answer(['proxy', 'stop'])
      return
    default:
      recovery satisfies never
  }
}

/** What contradicts itself: only a detached run that is whole may be there. */
async function disorder(view: HomeView): Promise<string[]> {
  const found = await view.inventory()
  const running = view.runs().filter(({ state }) => state === 'running')
  const whole = running.filter(
    ({ attached, id }) =>
      !attached &&
      found.containers.some((line) => line.includes(id.slice(4)) && line.endsWith('(running)')),
  )
  const unreachable = whole.filter(
    ({ name, plan }) =>
      hasServices(plan) && !found.routes.some((line) => line.endsWith(`.${name}`)),
  )
  const isOfWhole = (line: string): boolean =>
    whole.some(({ id, name }) => line.includes(id.slice(4)) || line.endsWith(`.${name}`))
  const { containers, routes, live, networks, volumes, uncleaned } = found
  return [
    ...containers.filter((line) => !isOfWhole(line)).map((line) => `container ${line}`),
    ...routes.filter((line) => !isOfWhole(line)).map((line) => `route ${line}`),
    ...live.filter((line) => !isOfWhole(line)).map((line) => `live row ${line}`),
    ...networks.map((line) => `network ${line}`),
    ...volumes.map((line) => `volume ${line}`),
    ...uncleaned.map((line) => `uncleaned row ${line}`),
    ...unreachable.map(({ name }) => `no route of ${name}`),
  ]
}

function hasServices(plan: unknown): boolean {
  return z.object({ services: z.array(z.unknown()) }).parse(plan).services.length > 0
}

function leftovers(found: Inventory): string[] {
  return inventoryKinds.flatMap((kind) => found[kind].map((line) => `${kind}: ${line}`))
}

async function settles(when: string, look: () => Promise<string[]>): Promise<void> {
  let last: string[] = []
  const isSettled = async (): Promise<boolean> => {
    last = await look()
    return last.length === 0
  }
  await until(when, isSettled, settleLimitMs).catch((cause: unknown) => {
    throw new Error(`${when}, still there: ${last.join('; ')}`, { cause })
  })
}
