import { existsSync, renameSync } from 'node:fs'

/** Renames a folder, so that no crash leaves one that is there in part. False when somebody else was faster. */
export function moveAway(from: string, to: string): boolean {
  try {
    renameSync(from, to)
    return true
  } catch (error) {
    if (existsSync(from)) throw error
    return false
  }
}
