import { chmodSync, chownSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect } from 'bun:test'
import { engineTest, skippedTest, testEngine } from '../../engine/test-engine.ts'
import { EngineRelay } from '../../fault/support/engine-relay.ts'
import { giveTo, ORDINARY_UID, ProgramAsUser } from '../../support/ordinary-user.ts'
import { AgentHome, until } from '../support/agent-home.ts'
import { removeNewImages } from './init-images.ts'

await removeNewImages()

/** A group that no image has, which is what gives the right to use the engine. */
const ENGINE_GID = 58_233
const HOST = { 'agent.yaml': 'dependencies: [docker:host]\n' }
const LIMIT_MS = 300_000

const title = 'an ordinary user has docker inside by the group of the socket, and so has exec'
if (process.getuid?.() !== 0) skippedTest(title, 'only root can make a socket of another group')
else
  engineTest(
    title,
    async () => {
      await using relay = await EngineRelay.start(testEngine().dockerHost)
      const socket = relay.dockerHost.replace('unix://', '')
      chmodSync(dirname(socket), 0o755)
      chownSync(socket, 0, ENGINE_GID)
      chmodSync(socket, 0o660)
      const user = { uid: ORDINARY_UID, gid: ORDINARY_UID }
      using wrapper = new ProgramAsUser({ ...user, groups: [ENGINE_GID] })
      await using home = new AgentHome({
        binary: wrapper.file,
        env: { DOCKER_HOST: relay.dockerHost },
      })
      const project = home.project('p', HOST)
      giveTo(user, home.dir)
      await home.answer(['trust', '--yes', project])
      const script =
        'id -u; id -G; docker ps --format "{{.Names}}"; echo $HOME; touch /etc/x 2>&1 || sleep 600'
      await home.answer(['run', '-d', '--name', 'a', project, '--', 'sh', '-c', script])
      const inside = await home.answer([
        'exec',
        'a',
        '--',
        'sh',
        '-c',
        'id -u; id -G; docker ps -q',
      ])
      const [uid, groups = '', ...containers] = inside.split('\n')
      expect(uid).toBe(String(ORDINARY_UID))
      expect(groups.split(' ')).toEqual([String(ORDINARY_UID), String(ENGINE_GID)])
      expect(containers.length).toBeGreaterThan(0)
      let output = ''
      const isTold = async (): Promise<boolean> => {
        output = await home.answer(['logs', 'a'])
        return output.includes('Permission denied')
      }
      await until('it may not write to /etc', isTold)
      const [ownUid, ownGroups = '', ...names] = output.split('\n')
      expect([ownUid, ownGroups]).toEqual([String(ORDINARY_UID), groups])
      expect(names.some((name) => name.startsWith('agentops-a-'))).toBe(true)
      expect(output).toContain('/home/agent')
      await home.answer(['destroy', 'a', '--time', '0'])
    },
    LIMIT_MS,
  )

engineTest(
  'what it means is told beforehand, and once when it starts',
  async () => {
    await using home = new AgentHome()
    const project = await home.trustedProject('p', HOST)
    expect(await home.answer(['run', '--dry-run', project])).toMatch(/^docker {5}the engine at \//m)
    const words = ['run', project, '--', 'docker', 'info', '--format', '{{.ServerVersion}}']
    const { code, stderr, stdout } = await home.agent(words)
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(stdout.trim()).not.toBe('')
    expect(stderr.match(/docker:host gives the run this machine's engine/g)).toHaveLength(1)
  },
  LIMIT_MS,
)

engineTest('a boundary that was asked for and cannot be is refused', async () => {
  await using home = new AgentHome()
  for (const mode of ['host', 'dind']) {
    const project = await home.trustedProject(mode, {
      'agent.yaml': `dependencies: [docker:${mode}]\n`,
    })
    const { code, stderr } = await home.agent(['run', '--sandbox', 'gvisor', project])
    expect(code).toBe(2)
    expect(stderr).toContain(`error: sandbox "gvisor" (--sandbox) cannot do docker:${mode}`)
  }
})
