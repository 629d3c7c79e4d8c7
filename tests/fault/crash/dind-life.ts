import { join } from 'node:path'
import { DIND, trustedProject } from '../../e2e/docker-inside/dind-test.ts'
import type { Life } from './lives.ts'

/** A run with an engine of its own, which ends by itself: it makes one thing of every kind. */
export const dindLife: Life = {
  name: 'docker:dind',
  kind: 'start attached',
  prepare: async (home) => {
    await trustedProject(home, DIND)
  },
  begin: (home, env) =>
    home.spawn(['run', '--name', 'a', join(home.dir, 'p'), '--', 'true'], { env }),
  go: async (_home, child) => {
    await child.exited
  },
}
