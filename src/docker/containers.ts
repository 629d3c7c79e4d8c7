import type { Duplex } from 'node:stream'
import * as z from 'zod/mini'

import { byText } from '../lib/by-text.ts'
import type { ContainerSpec } from '../runtime/container-spec.ts'
import { containerId, type ContainerId, type ContainerState } from '../runtime/container-state.ts'
import type { LogOptions } from '../runtime/container-stream.ts'
import { ContainerUnavailableError } from '../runtime/container-unavailable-error.ts'
import type { LabelSelector } from '../runtime/labels.ts'
import type { TerminalSize } from '../runtime/terminal-size.ts'

import {
  containerInspectAnswer,
  containerListAnswer,
  stateOfInspected,
} from './container-answers.ts'
import { containerCreateBody } from './container-create-body.ts'
import { deadlines } from './deadlines.ts'
import type { EngineClient, EngineRequest, EngineStream } from './engine-client.ts'
import { EngineError, hasStatus, unlessMissing } from './engine-error.ts'
import { labelFilters } from './label-filters.ts'
import { engineTime } from './log-timestamps.ts'
import { createErrorOf, startErrorOf } from './start-error-of.ts'

/** How many containers are looked at in parallel. */
const listAtOnce = 32

const createAnswer = z.object({ Id: z.string() })
/**
 * Answered as a key sequence that detaches a client from a TTY. The engine cannot be told to have
 * none, and its default swallows Ctrl-P; ours is one that nobody types.
 */
const unlikelyDetachKeys = Array.from({ length: 8 }, (_, index) =>
  index % 2 === 0 ? 'ctrl-^' : 'ctrl-_',
).join(',')

/** The Engine API's containers. */
export class Containers {
  readonly #client: EngineClient

  constructor(client: EngineClient) {
    this.#client = client
  }

  /** `POST /containers/create` */
  async create(spec: ContainerSpec, signal?: AbortSignal): Promise<ContainerId> {
    try {
      const { Id: id } = await this.#client.json(createAnswer, {
        method: 'POST',
        path: '/containers/create',
        query: { name: spec.name },
        body: containerCreateBody(spec),
        deadlineMs: deadlines.changeMs,
        signal,
      })
      return containerId(id)
    } catch (error) {
      throw error instanceof EngineError ? createErrorOf(spec, error) : error
    }
  }

  /** `POST /containers/{id}/start`; started already is fine. */
  async start(id: ContainerId, signal?: AbortSignal): Promise<void> {
    try {
      await this.#client.call(
        this.#post(id, 'start', {}, { deadlineMs: deadlines.startMs, signal }),
      )
    } catch (error) {
      throw error instanceof EngineError ? startErrorOf(id, error) : error
    }
  }

  /** `POST /containers/{id}/stop`; the engine counts the grace time in whole seconds. */
  async stop(id: ContainerId, graceMs: number, signal?: AbortSignal): Promise<void> {
    const query = { t: String(Math.ceil(graceMs / 1000)) }
    const deadlineMs = graceMs + deadlines.stopMs
    await unlessMissing(this.#client.call(this.#post(id, 'stop', query, { deadlineMs, signal })))
  }

  /** `POST /containers/{id}/kill` */
  async kill(id: ContainerId, signalName: string, signal?: AbortSignal): Promise<void> {
    await this.#whileRunning(id, 'kill', { signal: signalName }, signal)
  }

  /** `POST /containers/{id}/resize` */
  async resize(id: ContainerId, size: TerminalSize, signal?: AbortSignal): Promise<void> {
    const query = { h: String(size.rows), w: String(size.columns) }
    await this.#whileRunning(id, 'resize', query, signal)
  }

  /** `DELETE /containers/{id}`; another removal that is under way is waited for. */
  async remove(id: ContainerId, signal?: AbortSignal): Promise<void> {
    const request: EngineRequest = {
      method: 'DELETE',
      path: containerPath(id),
      query: { force: '1', v: '1' },
      deadlineMs: deadlines.changeMs,
      signal,
    }
    try {
      await unlessMissing(this.#client.call(request))
    } catch (error) {
      if (!hasStatus(error, 409) || !error.reason.includes('already in progress')) throw error
      await this.#waitRemoved(id, signal)
    }
  }

  /**
   * `POST /containers/{id}/wait`: resolves with the head of the answer, which the engine sends as soon
   * as it watches; the answer's body, which `decodeExit` reads, comes with the next exit.
   */
  async wait(id: ContainerId, signal?: AbortSignal): Promise<EngineStream> {
    const query = { condition: 'next-exit' }
    const request = this.#post(id, 'wait', query, { deadlineMs: deadlines.readMs, signal })
    return this.#ofContainer(id, this.#client.stream(request))
  }

  /** `GET /containers/{id}/json` */
  async inspect(
    id: ContainerId,
    signal?: AbortSignal,
  ): Promise<{ state: ContainerState; tty: boolean } | undefined> {
    const answer = await unlessMissing(
      this.#client.json(containerInspectAnswer, {
        method: 'GET',
        path: `${containerPath(id)}/json`,
        deadlineMs: deadlines.readMs,
        signal,
      }),
    )
    return answer && { state: stateOfInspected(answer), tty: answer.Config.Tty }
  }

  /**
   * `GET /containers/json`, running or not, ordered by name. The list lags: it shows as running what
   * `wait` has seen exit. Hence a look at each.
   */
  async list(selector: LabelSelector, signal?: AbortSignal): Promise<ContainerState[]> {
    const entries = await this.#client.json(containerListAnswer, {
      method: 'GET',
      path: '/containers/json',
      query: { all: '1', filters: labelFilters(selector) },
      deadlineMs: deadlines.readMs,
      signal,
    })
    const states: ContainerState[] = []
    for (let next = 0; next < entries.length; next += listAtOnce) {
      const some = entries.slice(next, next + listAtOnce)
      const found = await Promise.all(some.map(({ Id }) => this.inspect(containerId(Id), signal)))
      // One that went meanwhile is left out.
      states.push(...found.flatMap((container) => container?.state ?? []))
    }
    return states.sort(byText(({ name }) => name))
  }

  /** `GET /containers/{id}/logs` */
  async logs(id: ContainerId, options: LogOptions, signal?: AbortSignal): Promise<EngineStream> {
    const { follow, tail, timestamps, since } = options
    const request: EngineRequest = {
      method: 'GET',
      path: `${containerPath(id)}/logs`,
      query: {
        stdout: '1',
        stderr: '1',
        follow: flag(follow),
        timestamps: flag(timestamps),
        tail: tail === undefined ? 'all' : String(tail),
        ...(since !== undefined && { since: engineTime(since) }),
      },
      deadlineMs: deadlines.readMs,
      signal,
    }
    return this.#ofContainer(id, this.#client.stream(request))
  }

  /** `POST /containers/{id}/attach`, hijacked. */
  async attach(
    id: ContainerId,
    options: { stdin: boolean; tty: boolean },
    signal?: AbortSignal,
  ): Promise<Duplex> {
    const query = {
      stream: '1',
      stdout: '1',
      stderr: '1',
      stdin: flag(options.stdin),
      ...(options.tty && { detachKeys: unlikelyDetachKeys }),
    }
    const limits = { deadlineMs: deadlines.readMs, signal }
    return this.#ofContainer(id, this.#client.hijack(this.#post(id, 'attach', query, limits)))
  }

  /** An order to a process that may have ended, which is then no error. */
  async #whileRunning(
    id: ContainerId,
    order: string,
    query: Record<string, string>,
    signal?: AbortSignal,
  ): Promise<void> {
    const limits = { deadlineMs: deadlines.changeMs, signal }
    try {
      await this.#client.call(this.#post(id, order, query, limits))
    } catch (error) {
      if (!hasStatus(error, 404, 409)) throw error
    }
  }

  async #ofContainer<T>(id: ContainerId, answer: Promise<T>): Promise<T> {
    try {
      return await answer
    } catch (error) {
      if (!hasStatus(error, 404)) throw error
      throw new ContainerUnavailableError(id, 'missing', { cause: error })
    }
  }

  async #waitRemoved(id: ContainerId, signal?: AbortSignal): Promise<void> {
    const limits = { deadlineMs: deadlines.changeMs, signal }
    const query = { condition: 'removed' }
    await unlessMissing(this.#client.call(this.#post(id, 'wait', query, limits)))
  }

  #post(
    id: ContainerId,
    order: string,
    query: Record<string, string>,
    limits: { deadlineMs: number; signal: AbortSignal | undefined },
  ): EngineRequest {
    return { method: 'POST', path: `${containerPath(id)}/${order}`, query, ...limits }
  }
}

function containerPath(id: ContainerId): string {
  return `/containers/${encodeURIComponent(id)}`
}

function flag(value: boolean): string {
  return value ? '1' : '0'
}
