import { StartError } from './start-error.ts'

/** The image of a container is not here; pulling it may help. */
export class MissingImageError extends StartError {
  readonly reference: string

  constructor(reference: string, options: { fix?: string; cause?: unknown } = {}) {
    super(`the image ${reference} is not here`, 125, options)
    this.reference = reference
  }
}
