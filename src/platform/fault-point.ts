import { appendFileSync } from 'node:fs'

declare const AGENT_FAULTS: boolean | undefined

/**
 * A named place where a test build can die. `AGENT_FAULT=name` (or `name#3` for the third time) kills
 * the process with SIGKILL there. A release build is compiled with AGENT_FAULTS false: the
 * bundler drops the body and every trace of the names that reach it only through this function.
 */
export function faultPoint(name: () => string): void {
  if (typeof AGENT_FAULTS === 'undefined' || !AGENT_FAULTS) return
  hit(name())
}

/** True in test builds. */
export function hasFaultPoints(): boolean {
  return typeof AGENT_FAULTS !== 'undefined' && AGENT_FAULTS
}

const counts = new Map<string, number>()

function hit(name: string): void {
  const count = (counts.get(name) ?? 0) + 1
  counts.set(name, count)
  const listing = process.env['AGENT_FAULT_LOG']
  if (listing !== undefined) appendLine(listing, `${process.pid} ${name}`)
  const [wanted, nth] = (process.env['AGENT_FAULT'] ?? '').split('#')
  if (wanted === name && (nth === undefined || Number(nth) === count))
    process.kill(process.pid, 'SIGKILL')
}

function appendLine(path: string, line: string): void {
  appendFileSync(path, `${line}\n`)
}
