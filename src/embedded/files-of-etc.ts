import { existsSync, lstatSync, readFileSync, readlinkSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/**
 * Where a path leads inside, link by link; undefined when the host has no such name at all, since /etc
 * cannot be added to. What leads into /run or /tmp may be made.
 */
export function placeInside(root: string, path: string): string | undefined {
  const LINKS_MAX = 20
  let place = path
  for (let links = 0; links < LINKS_MAX; links++) {
    const stat = lstatSync(`${root}${place}`, { throwIfNoEntry: false })
    if (stat === undefined) return /^\/(?:run|tmp)\//.test(place) ? place : undefined
    if (!stat.isSymbolicLink()) return place
    place = resolve(dirname(place), readlinkSync(`${root}${place}`)).replace(
      /^\/var\/run\//,
      '/run/',
    )
  }
  return undefined
}

/** The host's file with this id's entry replaced by ours. */
export function withEntry(path: string, id: number, entry: string): string {
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []
  const others = lines.filter(
    (line) => line !== '' && line.split(':')[2] !== String(id) && !line.startsWith('agent:'),
  )
  return `${[...others, entry].join('\n')}\n`
}
