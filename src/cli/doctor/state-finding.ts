import { accessSync, constants, statSync, type Stats } from 'node:fs'
import { dirname } from 'node:path'
import { broken, type Finding, notice, ok } from './finding.ts'

const ELSEWHERE = 'set AGENTOPS_HOME to a folder of yours'

/** Whether the state folder is ours, can be written, and is closed to others; one that is not there: whether it can be made. */
export function stateFinding(dir: string, uid: number): Finding {
  const stat = statOf(dir)
  if (stat === undefined) return missingFinding(dir, uid)
  if (!stat.isDirectory()) return stateBroken(`${dir} is no folder`, `move ${dir} away`)
  if (uid >= 0 && stat.uid !== uid)
    return stateBroken(`${dir} belongs to another user`, 'run agent as that user')
  if (!isWritable(dir)) return stateBroken(`${dir} cannot be written`, `chmod u+rwx ${dir}`)
  if ((stat.mode & 0o077) !== 0)
    return notice('state', `others can enter ${dir}`, [`chmod 700 ${dir}`])
  return ok('state', dir)
}

function missingFinding(dir: string, uid: number): Finding {
  const { path: parent, stat } = nearest(dirname(dir))
  if (!stat.isDirectory()) return stateBroken(`${dir} cannot be made, since ${parent} is no folder`)
  if (uid === 0 && stat.uid !== 0)
    return stateBroken(
      `${dir} would be made in ${parent}, another user's`,
      'run agent without sudo',
    )
  if (!isWritable(parent))
    return stateBroken(`${dir} cannot be made, since ${parent} cannot be written`)
  return ok('state', `${dir}, made by the first run`)
}

function stateBroken(detail: string, ...fixes: readonly string[]): Finding {
  return broken('state', detail, [...fixes, ELSEWHERE])
}

/** The path itself, or the first above it that exists. */
function nearest(path: string): { path: string; stat: Stats } {
  const stat = statOf(path)
  return stat === undefined ? nearest(dirname(path)) : { path, stat }
}

/** Undefined for what is not there, below a file, or in a folder that we may not enter. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path)
  } catch {
    return undefined
  }
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}
