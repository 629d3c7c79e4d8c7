import type { State } from '../state/state.ts'
import { ControlClient, DaemonGoneError, SilentDaemonError } from './control-client.ts'
import type { Hello } from './control-protocol.ts'
import { readDaemonRow } from './daemon-row.ts'

/**
 * A connection to the daemon of this state folder, or undefined when none lives. A daemon lives when it
 * answers with the nonce in the database, not because a pid exists. Throws `SilentDaemonError` for one that
 * takes the connection and says nothing.
 */
export async function findDaemon(state: State): Promise<ControlClient | undefined> {
  return (await findDaemonAndHello(state))?.client
}

/** As `findDaemon`, with what it says about itself. */
export async function findDaemonAndHello(
  state: State,
): Promise<{ client: ControlClient; hello: Hello } | undefined> {
  const row = readDaemonRow(state)
  if (row === undefined) return undefined
  try {
    const client = await ControlClient.open(row.socketPath)
    const hello = await introduced(client)
    if (hello.nonce === row.nonce) return { client, hello }
    client[Symbol.dispose]()
    // Between the two steps another daemon took over; its row is there by now.
    const now = readDaemonRow(state)
    return now !== undefined && now.nonce !== row.nonce
      ? await findDaemonAndHello(state)
      : undefined
  } catch (error) {
    if (error instanceof DaemonGoneError) return undefined
    if (error instanceof SilentDaemonError) throw new SilentDaemonError(row.process.pid)
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
