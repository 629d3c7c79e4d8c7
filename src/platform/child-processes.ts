import { readdirSync, readFileSync } from 'node:fs'

/** Processes whose parent this one is (Linux), oldest first; empty when it is gone. */
export function childrenOf(pid: number): number[] {
  try {
    const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim()
    return list === '' ? [] : list.split(' ').map(Number)
  } catch {
    // Kernels may be built without that file (CONFIG_PROC_CHILDREN).
    return processIds().filter((other) => parentOf(other) === pid)
  }
}

function processIds(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b)
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return undefined
  }
}
