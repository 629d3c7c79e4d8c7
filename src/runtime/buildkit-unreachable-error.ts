import { UnavailableError } from './unavailable-error.ts'

/**
 * The builder cannot be reached, or went away: `broken` in the middle of a build, any other reason
 * before it started, so that another builder may be tried.
 */
export class BuildkitUnreachableError extends UnavailableError {}
