import { join } from 'node:path'
import { AgentHome } from '../../e2e/support/agent-home.ts'
import { engineTest, skippedTest } from '../../engine/test-engine.ts'
import { canMount, mountDisk, type SmallDisk } from '../../support/small-disk.ts'
import { HomeView } from '../support/home-view.ts'

export type DiskHome = { home: AgentHome; view: HomeView; disk: SmallDisk }

/** A drill with the state folder on a disk of its own; skipped, with its reason, where nobody lets us mount one. */
export function diskDrill(name: string, drill: (given: DiskHome) => Promise<void>): void {
  if (!canMount()) return skippedTest(name, 'a small disk needs the right to mount (root)')
  engineTest(
    name,
    async () => {
      using disk = mountDisk(16_384)
      if (disk === undefined) throw new Error('mount refused')
      const stateDir = join(disk.path, 'state')
      await using home = new AgentHome({
        env: { AGENTOPS_DAEMON_IDLE: '1', AGENTOPS_HOME: stateDir },
      })
      await drill({ home, view: new HomeView(home), disk })
    },
    120_000,
  )
}
