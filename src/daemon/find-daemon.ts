import type { State } from '../state/state.ts'
import { ControlClient, DaemonGoneError } from './control-client.ts'
import type { Hello } from './control-protocol.ts'
import { readDaemonRow } from './daemon-row.ts'

/**
 * A connection to the daemon of this state folder, or undefined when none lives. A daemon lives when it
 * answers with the nonce in the database, not because a pid exists.
 */
export async function findDaemon(state: State): Promise<ControlClient | undefined> {
  return (await findDaemonAndVersion(state))?.client
}

/** As `findDaemon`, with the version that it says it has. */
export async function findDaemonAndVersion(
  state: State,
): Promise<{ client: ControlClient; version: string } | undefined> {
  const row = readDaemonRow(state)
  if (row === undefined) return undefined
  try {
    const client = await ControlClient.open(row.socketPath)
    const { nonce, version } = await introduced(client)
    if (nonce === row.nonce) return { client, version }
    client[Symbol.dispose]()
    // Between the two steps another daemon took over; its row is there by now.
    const now = readDaemonRow(state)
    return now !== undefined && now.nonce !== row.nonce
      ? await findDaemonAndVersion(state)
      : undefined
  } catch (error) {
    if (error instanceof DaemonGoneError) return undefined
    throw error
  }
}

async function introduced(client: ControlClient): Promise<Hello> {
  try {
    return await client.hello()
  } catch (error) {
    client[Symbol.dispose]()
    throw error
  }
}
