import { netstackRuntime } from '../../engine/netstack-runsc.ts'
import { testEngine } from '../../engine/test-engine.ts'
import { GvisorRelay } from '../inside/gvisor-relay.ts'
import { AgentHome, docker } from '../support/agent-home.ts'

/** A boundary that runs can be in, as words for titles. */
export const boundaries = ['a container', 'gVisor', 'gVisor with its own network stack'] as const
export type Boundary = (typeof boundaries)[number]

/** A home whose runs are in this boundary, with the flags for it. */
export class BoundaryHome implements AsyncDisposable {
  readonly home: AgentHome
  readonly flags: readonly string[]
  readonly #relay: GvisorRelay | undefined

  private constructor(boundary: Boundary, relay?: GvisorRelay) {
    this.#relay = relay
    this.flags = ['--sandbox', boundary === 'a container' ? 'none' : 'gvisor']
    this.home = new AgentHome(relay === undefined ? {} : { env: { DOCKER_HOST: relay.endpoint } })
  }

  static async open(boundary: Boundary): Promise<BoundaryHome> {
    if (boundary !== 'gVisor with its own network stack') return new BoundaryHome(boundary)
    return new BoundaryHome(boundary, await GvisorRelay.start(testEngine().dockerHost))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.home[Symbol.asyncDispose]()
    await this.#relay?.[Symbol.asyncDispose]()
  }
}

/** Why there can be no such boundary on the engine of this test run; undefined when there can. */
export async function obstacleTo(boundary: Boundary): Promise<string | undefined> {
  if (process.env['AGENT_TEST_DOCKER_HOST'] === undefined || boundary === 'a container')
    return undefined
  const runtime = boundary === 'gVisor' ? 'runsc' : netstackRuntime
  const runtimes = await docker(['info', '--format', '{{json .Runtimes}}'])
  return runtimes.includes(`"${runtime}"`) ? undefined : `the engine has no OCI runtime ${runtime}`
}
