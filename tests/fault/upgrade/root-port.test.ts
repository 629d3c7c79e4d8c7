import { expect } from 'bun:test'
import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../../e2e/support/agent-home.ts'
import { processesWithVariable } from '../../engine/engine-processes.ts'
import { rootTest } from '../../support/root-test.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { compileTwoBuilds } from './two-builds.ts'

/**
 * As an ordinary user, in a network of its own: the older version listens on port 80 while everybody may, the newer one comes
 * when only root may; then what the documents tell to do, as sudo would.
 */
const SCRIPT = `
set -e
ip link set lo up
limit=/proc/sys/net/ipv4/ip_unprivileged_port_start
user() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
user mkdir "$HOME"
echo 80 > $limit
user "$OLDER" proxy start --port 80 > /dev/null
echo 1024 > $limit
user "$NEWER" route add web.app 3000 > /dev/null
user "$NEWER" proxy start > /dev/null
echo '['
user "$NEWER" proxy status --json
echo ','
user "$NEWER" proxy stop > /dev/null
SUDO_UID=65534 SUDO_GID=65534 SUDO_COMMAND="$NEWER proxy start --port=80" "$NEWER" proxy start --port=80 > /dev/null
user "$NEWER" proxy status --json
echo ']'
user "$NEWER" route remove web.app > /dev/null
user "$NEWER" proxy stop > /dev/null
`

rootTest(
  'an upgrade leaves a proxy on the port that only root can open again',
  async () => {
    using folder = temporaryFolder()
    const { older, newer } = await compileTwoBuilds(folder.path)
    const place = join(folder.path, 'place')
    mkdirSync(place)
    chmodSync(place, 0o777)
    chmodSync(folder.path, 0o755)
    const child = Bun.spawn(['unshare', '--net', 'sh', '-c', SCRIPT], {
      env: {
        PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
        HOME: join(place, 'home'),
        AGENTOPS_HOME: join(place, 'home', 'state'),
        OLDER: older,
        NEWER: newer,
        AGENTOPS_DAEMON_IDLE: '1',
      },
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'inherit',
    })
    const answers: unknown = JSON.parse(await new Response(child.stdout).text())
    expect(await child.exited).toBe(0)
    expect(answers).toMatchObject([
      { version: '1.0.0', port: 80, routes: 1 },
      { version: '1.1.0', port: 80, routes: 1 },
    ])
    const processes = () => processesWithVariable('AGENTOPS_HOME', join(place, 'home', 'state'))
    await until('nothing runs there', async () => (await processes()).length === 0)
  },
  60_000,
)
