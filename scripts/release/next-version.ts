import { usageError } from '../../src/lib/errors.ts'

/** `1.2.3` or `1.2.3-rc.1` (semver.org, without build metadata: file names and tags are made of it). */
const semantic =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?$/

/**
 * The version to release.
 *
 * @throws when it is none, or not above the one the project has
 */
export function nextVersion(wanted: string, current: string): string {
  const [next, now] = [parts(wanted), parts(current)]
  if (next === undefined) throw usageError(`"${wanted}" is no version such as 1.2.3`)
  if (now !== undefined && compare(next, now) <= 0)
    throw usageError(`${wanted} does not come after ${current}, which package.json has`)
  return wanted
}

type Parts = { numbers: readonly number[]; before: readonly string[] | undefined }

function parts(version: string): Parts | undefined {
  const match = semantic.exec(version)
  if (match === null) return undefined
  const [, major, minor, patch, before] = match
  return { numbers: [major, minor, patch].map(Number), before: before?.split('.') }
}

/** Precedence of semver.org §11. */
function compare(a: Parts, b: Parts): number {
  for (const [index, number] of a.numbers.entries()) {
    const difference = number - (b.numbers[index] ?? 0)
    if (difference !== 0) return difference
  }
  if (a.before === undefined || b.before === undefined)
    return Number(a.before === undefined) - Number(b.before === undefined)
  return compareIdentifiers(a.before, b.before)
}

function compareIdentifiers(a: readonly string[], b: readonly string[]): number {
  for (const [index, left] of a.entries()) {
    const right = b[index]
    if (right === undefined) return 1
    if (left === right) continue
    const areNumbers = [/^\d+$/.test(left), /^\d+$/.test(right)]
    if (areNumbers[0] && areNumbers[1]) return Number(left) - Number(right)
    if (areNumbers[0] !== areNumbers[1]) return areNumbers[0] === true ? -1 : 1
    return left < right ? -1 : 1
  }
  return a.length - b.length
}
