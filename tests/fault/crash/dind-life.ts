import type { Life } from './lives.ts'

/** A run with an engine of its own, which ends by itself: it makes one thing of every kind. */
export const dindLife: Life = {
  name: 'docker:dind',
  kind: 'start attached',
  prepare: async () => undefined,
  begin: (home, env) => {
    const project = home.project('p', { 'agent.yaml': 'dependencies: [docker:dind]\n' })
    return home.spawn(['run', '--name', 'a', project, '--', 'true'], { env })
  },
  go: async (_home, child) => {
    await child.exited
  },
}
