/**
 * How parsing a head, or a line of one, ended: `complete`, `incomplete` (more bytes are needed), or
 * the status that answers the mistake. A plain number, because it is asked for on every request.
 */
export const parsed = {
  complete: 0,
  incomplete: -1,
  malformed: 400,
  tooManyFields: 431,
  unknownCoding: 501,
  unknownVersion: 505,
} as const
