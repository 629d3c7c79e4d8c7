const TITLE_MAX = 120

/** A step of a build as people want to see it: without mounts, on one line, cut where it gets long. */
export function stepTitle(name: string): string {
  const title = name
    .replaceAll(/ --mount=\S+/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
  return title.length <= TITLE_MAX ? title : `${title.slice(0, TITLE_MAX - 1)}…`
}
