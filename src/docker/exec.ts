import type { Duplex } from 'node:stream'
import * as z from 'zod/mini'

import type { ExecSpec } from '../runtime/container-runtime.ts'
import type { ContainerId } from '../runtime/container-state.ts'
import { ContainerUnavailableError } from '../runtime/container-unavailable-error.ts'
import type { TerminalSize } from '../runtime/terminal-size.ts'

import { envEntries } from './container-create-body.ts'
import { deadlines } from './deadlines.ts'
import type { EngineClient } from './engine-client.ts'
import { EngineError, hasStatus } from './engine-error.ts'
import { pause } from './pause.ts'

const createAnswer = z.object({ Id: z.string() })
const inspectAnswer = z.object({ Running: z.boolean(), ExitCode: z.nullable(z.number()) })

/** The engine closes the output a moment before it knows the exit code. */
const exitPollMs = 10
const exitPolls = 500

/** The Engine API's exec instances. */
export class Execs {
  readonly #client: EngineClient

  constructor(client: EngineClient) {
    this.#client = client
  }

  /** `POST /containers/{id}/exec` */
  async create(id: ContainerId, spec: ExecSpec, signal?: AbortSignal): Promise<string> {
    try {
      const answer = await this.#client.json(createAnswer, {
        method: 'POST',
        path: `/containers/${encodeURIComponent(id)}/exec`,
        body: {
          AttachStdin: spec.stdin,
          AttachStdout: true,
          AttachStderr: true,
          Tty: spec.tty,
          Cmd: spec.command,
          Env: envEntries(spec.env),
          ...(spec.workingDir && { WorkingDir: spec.workingDir }),
          ...(spec.user && { User: spec.user }),
        },
        deadlineMs: deadlines.readMs,
        signal,
      })
      return answer.Id
    } catch (error) {
      throw unavailable(id, error)
    }
  }

  /** `POST /exec/{id}/start`, hijacked. */
  async start(
    execId: string,
    id: ContainerId,
    spec: Pick<ExecSpec, 'tty' | 'size'>,
    signal?: AbortSignal,
  ): Promise<Duplex> {
    const { tty, size } = spec
    try {
      return await this.#client.hijack({
        method: 'POST',
        path: `/exec/${execId}/start`,
        // ConsoleSize is of API 1.42; older engines ignore it.
        body: { Detach: false, Tty: tty, ...(size && { ConsoleSize: [size.rows, size.columns] }) },
        deadlineMs: deadlines.startMs,
        signal,
      })
    } catch (error) {
      throw unavailable(id, error)
    }
  }

  /** `POST /exec/{id}/resize`; a command that has ended (or not begun) is no error. */
  async resize(execId: string, size: TerminalSize, signal?: AbortSignal): Promise<void> {
    try {
      await this.#client.call({
        method: 'POST',
        path: `/exec/${execId}/resize`,
        query: { h: String(size.rows), w: String(size.columns) },
        deadlineMs: deadlines.readMs,
        signal,
      })
    } catch (error) {
      // Docker 20.10 answers 500 when the process is gone.
      if (!(error instanceof EngineError)) throw error
    }
  }

  /** `GET /exec/{id}/json`, until it tells the exit code. */
  async exitCode(execId: string, id: ContainerId, signal?: AbortSignal): Promise<number> {
    for (let poll = 0; poll < exitPolls; poll++) {
      const { Running, ExitCode } = await this.#inspect(execId, id, signal)
      if (!Running && ExitCode !== null) return ExitCode
      await pause(exitPollMs, signal)
    }
    throw new Error(`exec ${execId} closed its output but did not end`)
  }

  async #inspect(
    execId: string,
    id: ContainerId,
    signal?: AbortSignal,
  ): Promise<z.infer<typeof inspectAnswer>> {
    try {
      return await this.#client.json(inspectAnswer, {
        method: 'GET',
        path: `/exec/${execId}/json`,
        deadlineMs: deadlines.readMs,
        signal,
      })
    } catch (error) {
      throw unavailable(id, error)
    }
  }
}

function unavailable(id: ContainerId, error: unknown): unknown {
  if (hasStatus(error, 404)) return new ContainerUnavailableError(id, 'missing', { cause: error })
  if (hasStatus(error, 409))
    return new ContainerUnavailableError(id, 'not-running', { cause: error })
  return error
}
