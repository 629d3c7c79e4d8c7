import type { ContainerSpec } from '../runtime/container-spec.ts'
import type { ContainerId } from '../runtime/container-state.ts'
import { MissingImageError } from '../runtime/missing-image-error.ts'
import { StartError } from '../runtime/start-error.ts'
import { type AppleCommand, complaintOf } from './apple-command.ts'
import type { AppleStore } from './apple-store.ts'
import { recordOf } from './container-record.ts'
import { createCall, refuseImpossible } from './create-arguments.ts'
import { listContainers } from './find-container.ts'
import { FreePorts } from './free-ports.ts'
import { hasImage } from './image-answers.ts'

/** Makes a container, and the folder that goes with it. */
export async function createContainer(
  spec: ContainerSpec,
  { command, store }: { command: AppleCommand; store: AppleStore },
  signal?: AbortSignal,
): Promise<ContainerId> {
  signal?.throwIfAborted()
  refuseImpossible(spec)
  const living = new Set((await listContainers(command, signal)).map(({ id }) => id))
  store.sweep(living)
  if (living.has(spec.name)) throw nameTaken(spec.name)
  // Else it would be pulled, without a word of how far that is.
  if (!(await hasImage(command, spec.image, signal))) throw new MissingImageError(spec.image)
  const record = recordOf(spec)
  const folder = store.prepare(record)
  try {
    await makeIt(spec, command, signal)
    return store.keep(folder, record)
  } catch (error) {
    store.discard(folder)
    throw error
  }
}

async function makeIt(
  spec: ContainerSpec,
  command: AppleCommand,
  signal: AbortSignal | undefined,
): Promise<void> {
  await using ports = await FreePorts.hold(spec.ports.length)
  const { words, env } = createCall(spec, ports.numbers)
  const answer = await command.run(words, { signal, env })
  if (answer.exitCode === 0) return
  if (/already exists/.test(answer.stderr)) throw nameTaken(spec.name)
  throw new StartError(complaintOf(answer), 125)
}

function nameTaken(name: string): StartError {
  return new StartError(`there is a container named "${name}" already`, 125)
}
