import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'bun:test'
import { engineTest, skippedTest } from '../../engine/test-engine.ts'
import { PrivateRegistry, registryObstacle, registryUser } from '../../support/private-registry.ts'
import { AgentHome, docker } from '../support/agent-home.ts'

const obstacle = registryObstacle()

/** A home whose ~/.docker/config.json is this. */
function homeWith(config: object, env: Record<string, string> = {}): AgentHome {
  const home = new AgentHome({ env })
  const folder = join(home.env['HOME'] ?? '', '.docker')
  mkdirSync(folder)
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config))
  return home
}

/** A credential helper: a program in PATH that knows one registry's login. */
function addHelper(home: AgentHome, { host }: PrivateRegistry): void {
  const folder = join(home.dir, 'bin')
  mkdirSync(folder)
  const answer = { ServerURL: host, Username: registryUser.username, Secret: registryUser.password }
  const script = `#!/bin/sh
read -r server
[ "$1 $server" = 'get ${host}' ] && exec echo '${JSON.stringify(answer)}'
echo 'credentials not found in native keychain'
exit 1
`
  writeFileSync(join(folder, 'docker-credential-mine'), script, { mode: 0o755 })
  home.env['PATH'] = `${folder}:${home.env['PATH']}`
}

async function runImage(home: AgentHome, image: string) {
  const project = home.project('p', { 'agent.yaml': `image: ${image}\n` })
  return home.agent(['run', '--no-sandbox', '--name', 'a', project, '--', 'echo', 'inside'])
}

function registryTest(name: string, run: (registry: PrivateRegistry) => Promise<void>): void {
  if (obstacle !== undefined && process.env['AGENT_TEST_DOCKER_HOST'] !== undefined)
    return skippedTest(name, obstacle)
  engineTest(
    name,
    async () => {
      await using registry = await PrivateRegistry.start()
      await run(registry)
    },
    120_000,
  )
}

const ways = {
  'auths in config.json': (registry: PrivateRegistry) => registry.auths(),
  'a credsStore': () => ({ credsStore: 'mine' }),
  'a credHelper of that registry': ({ host }: PrivateRegistry) => ({
    credsStore: 'absent',
    credHelpers: { [host]: 'mine' },
  }),
}

for (const [way, configFor] of Object.entries(ways))
  registryTest(`a run pulls a private image with the login of ${way}`, async (registry) => {
    const image = await registry.publish('busybox', 'team/tools:1')
    await using home = homeWith(configFor(registry))
    addHelper(home, registry)
    expect(await runImage(home, image)).toMatchObject({ code: 0, stdout: 'inside\n' })
    const digest = `${registry.host}/team/tools@${await registry.digestOf('team/tools', '1')}`
    const shown = ['image', 'inspect', '--format', '{{.RepoDigests}}', image]
    expect(await docker(shown)).toContain(digest)
    const { stdout } = await home.agent(['audit', '--json', 'a'])
    expect(stdout).toContain(digest)
  })

registryTest('a refused login names the registry, the file and the remedy', async (registry) => {
  const { host } = registry
  const image = await registry.publish('busybox', 'team/tools:1')
  await using wrong = homeWith(registry.auths('wrong'))
  const refused = await runImage(wrong, image)
  expect(refused.code).toBe(125)
  const file = join(wrong.env['HOME'] ?? '', '.docker/config.json')
  expect(refused.stderr).toContain(
    `error: the registry ${host} refused the login in ${file} for the image ${image}`,
  )
  expect(refused.stderr).toContain(`fix: docker login ${host}`)
  await using helper = homeWith({ credsStore: 'absent' })
  const none = await runImage(helper, image)
  expect(none.stderr).toContain('the credential helper docker-credential-absent failed')
  expect(none.stderr).toContain(`fix: docker login ${host}`)
})
