import type { Life } from './lives.ts'

/** A run with an engine of its own, which ends by itself: it makes one thing of every kind. */
export const dindLife: Life = {
  name: 'docker:dind',
  kind: 'start attached',
  prepare: async (home) => {
    await home.trustedProject('p', { 'agent.yaml': 'dependencies: [docker:dind]\n' })
  },
  begin: (home, env) => home.spawn(['run', '--name', 'a', 'p', '--', 'true'], { env }),
  go: async (_home, child) => {
    await child.exited
  },
}
