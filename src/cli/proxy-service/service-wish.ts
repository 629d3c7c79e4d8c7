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

/**
 * What the service manager runs. It ends with 0 when it was told to end, and with anything else, such as after it gave
 * way to a newer version, when it is to be started again.
 */
export function serviceCommand({ command, port }: ServiceWish): readonly string[] {
  return [...command, 'proxy', 'start', '--foreground', '--service', '--port', String(port)]
}
