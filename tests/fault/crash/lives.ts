import type { AgentHome } from '../../e2e/support/agent-home.ts'
import { until } from '../../e2e/support/agent-home.ts'
import { HomeView } from '../support/home-view.ts'

type Child = ReturnType<AgentHome['spawn']>

/** A part of a run's life, played by a command and the background process. */
export type Life = {
  name: string
  /** Parts of the same kind have their steps in common. */
  kind: 'start attached' | 'start detached' | 'end'
  /** Before the part begins, without faults. */
  prepare: (home: AgentHome) => Promise<void>
  /** Starts the command; `env` holds the faults. */
  begin: (home: AgentHome, env: Record<string, string>) => Child
  /** What the record of a run that ran has to say in the end, whoever died. */
  leaves?: { exitCode: number; output: string }
  /** What the user does then, until the part is over. Ends in any case when the command is dead. */
  go: (home: AgentHome, child: Child) => Promise<void>
}

/** A service that is ready at once, and says something. */
export const project = {
  'agent.yaml': `image: busybox:latest
sandbox: none
ports: { web: 3000 }
command: |
  echo ready; exec busybox httpd -f -p 3000 -h /tmp
`,
}

const limitMs = 30_000

export const lives: readonly Life[] = [
  {
    name: 'attached',
    kind: 'start attached',
    prepare: async () => undefined,
    begin: (home, env) => home.spawn(['run', ...common(home)], { env }),
    go: async (home, child) => {
      await runningOrEnded(home, child)
      child.kill('SIGINT')
      await ended(child)
    },
  },
  {
    name: 'detached',
    kind: 'start detached',
    prepare: async () => undefined,
    begin: (home, env) => home.spawn(['run', '-d', ...common(home)], { env }),
    go: (_home, child) => ended(child),
  },
  {
    name: 'stop',
    kind: 'end',
    prepare: startDetached,
    begin: (home, env) => home.spawn(['stop', 'a', '--time', '1'], { env }),
    go: (_home, child) => ended(child),
  },
  {
    name: 'destroy',
    kind: 'end',
    prepare: startDetached,
    begin: (home, env) => home.spawn(['destroy', 'a', '--time', '1'], { env }),
    go: (_home, child) => ended(child),
  },
  {
    name: 'by itself',
    kind: 'start detached',
    leaves: { exitCode: 3, output: 'said' },
    prepare: async () => undefined,
    begin: (home, env) =>
      home.spawn(['run', '-d', ...common(home), '--', 'sh', '-c', 'echo said; exit 3'], { env }),
    go: async (home, child) => {
      await ended(child)
      await cleanedOrStuck(home)
    },
  },
  {
    name: 'abandoned',
    kind: 'start attached',
    prepare: async () => undefined,
    begin: (home, env) => home.spawn(['run', ...common(home)], { env }),
    go: async (home, child) => {
      await runningOrEnded(home, child)
      child.kill('SIGKILL')
      await ended(child)
      await cleanedOrStuck(home)
    },
  },
]

function common(home: AgentHome): string[] {
  return ['--no-sandbox', '--name', 'a', home.project('p', project)]
}

async function startDetached(home: AgentHome): Promise<void> {
  await home.answer(['run', '-d', ...common(home)])
}

async function ended(child: Child): Promise<void> {
  const limit = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => limit.reject(new Error(`the command has not ended after ${limitMs} ms`)),
    limitMs,
  )
  try {
    await Promise.race([child.exited, limit.promise])
  } finally {
    clearTimeout(timer)
  }
}

async function runningOrEnded(home: AgentHome, child: Child): Promise<void> {
  const view = new HomeView(home)
  const seen = (): boolean => child.exitCode !== null || child.signalCode !== null
  const isRunning = (): boolean => view.run('a')?.state === 'running'
  await until('it runs', () => seen() || isRunning(), limitMs).catch(async (cause: unknown) => {
    child.kill('SIGKILL')
    const told = await new Response(child.stderr).text()
    throw new Error(`it does not run, it is ${view.run('a')?.state}:\n${told}`, { cause })
  })
}

/** The background process ends the run, or nobody does for a while: then it is the turn of the next command. */
async function cleanedOrStuck(home: AgentHome): Promise<void> {
  const view = new HomeView(home)
  const endMs = performance.now() + 1500
  while (performance.now() < endMs) {
    const run = view.run('a')
    if (run === undefined || run.cleanedAtMs !== undefined) return
    if (view.daemonPid() === undefined) return
    await Bun.sleep(20)
  }
}
