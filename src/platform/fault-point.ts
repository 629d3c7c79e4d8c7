import { appendFileSync, writeFileSync } from 'node:fs'

/**
 * A named place where a test build can die. `AGENT_FAULT=name` (or `name#3` for the third time) kills
 * the process with SIGKILL there; `AGENT_FAULT_SIGNAL=SIGSTOP` stops it instead. With `AGENT_FAULT_ONCE`
 * only the process that makes this file is hit. Guard every call:
 *
 *     if (globalThis.AGENT_FAULTS) faultPoint(() => 'claimed')
 *
 * A release build is compiled with `globalThis.AGENT_FAULTS` replaced by false, so the bundler drops the
 * guarded call, its name, and with the last call this file. An unguarded call stays in the binary.
 */
export function faultPoint(name: () => string): void {
  if (globalThis.AGENT_FAULTS) hit(name())
}

const counts = new Map<string, number>()

function hit(name: string): void {
  const count = (counts.get(name) ?? 0) + 1
  counts.set(name, count)
  const listing = process.env['AGENT_FAULT_LOG']
  if (listing !== undefined) appendLine(listing, `${process.pid} ${name}`)
  const [wanted, nth] = (process.env['AGENT_FAULT'] ?? '').split('#')
  if (wanted !== name || (nth !== undefined && Number(nth) !== count)) return
  const signal = process.env['AGENT_FAULT_SIGNAL'] === 'SIGSTOP' ? 'SIGSTOP' : 'SIGKILL'
  if (isFirst(process.env['AGENT_FAULT_ONCE'])) process.kill(process.pid, signal)
}

function isFirst(mark: string | undefined): boolean {
  if (mark === undefined) return true
  try {
    writeFileSync(mark, String(process.pid), { flag: 'wx' })
    return true
  } catch {
    return false
  }
}

function appendLine(path: string, line: string): void {
  appendFileSync(path, `${line}\n`)
}
