/** What the proxy's service is to run. */
export type ServiceWish = {
  /** The words that start this program. */
  command: readonly string[]
  port: number
  /** Variables that the service does not get from its manager: where the state is. */
  env: Readonly<Record<string, string>>
}

/** Stands in every file we write for a service manager: what lacks it is not ours to replace or remove. */
export const SERVICE_MARK = 'Written by: agent proxy service install'
