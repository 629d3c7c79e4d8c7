import { expect } from 'bun:test'
import { engineTest, skippedTest } from '../../engine/test-engine.ts'
import { OutsideSite } from '../embedded/outside-site.ts'
import type { AgentHome } from '../support/agent-home.ts'
import { boundaries, type Boundary, BoundaryHome, obstacleTo } from './boundaries.ts'
import { DIAL_PROGRAM, type Place, readDialled } from './dial-program.ts'
import { addressesOfMachine, Listeners } from './listeners.ts'

const LIMIT_MS = 240_000

type Probes = Record<string, Place>

/** What is open to a run whose network is: it has something that answers. */
function openPlaces({ tcpPort, udpPort }: Listeners): Probes {
  const [first = ''] = addressesOfMachine()
  return {
    'a datagram': { way: 'udp', host: first, port: udpPort },
    ...Object.fromEntries(
      addressesOfMachine().map((host) => [
        `this machine at ${host}`,
        { way: 'tcp', host, port: tcpPort } as const,
      ]),
    ),
  }
}

/** What is closed to other runs too, by engines, or since nobody answers there. */
function emptyPlaces(site: OutsideSite, { udpPort }: Listeners): Probes {
  const [first = ''] = addressesOfMachine()
  return {
    'another container': { way: 'tcp', host: site.address, port: 8000 },
    'a name server of its own choice': { way: 'dns', host: first, port: udpPort },
    "the engine's name server": { way: 'dns', host: '127.0.0.11', port: 53 },
    'the metadata service': { way: 'tcp', host: '169.254.169.254', port: 80 },
    'another link-local address': { way: 'tcp', host: '169.254.1.1', port: 80 },
    IPv6: { way: 'tcp', host: '2001:db8::1', port: 80 },
  }
}

/** Tries them as root of a run that runs; `name` → open or closed. */
async function dialled(
  home: AgentHome,
  run: string,
  probes: Probes,
): Promise<Record<string, string>> {
  const asked = JSON.stringify(Object.values(probes))
  const said = await home.answer(['exec', run, '--', 'node', '/workspace/dial.cjs', asked])
  const answers = readDialled(said)
  return Object.fromEntries(Object.keys(probes).map((name, at) => [name, answers[at] ?? '']))
}

function all(probes: Probes, said: string): Record<string, string> {
  return Object.fromEntries(Object.keys(probes).map((name) => [name, said]))
}

const AS_ROOT = 'image: node:22-slim\ncontainer: { user: image }\n'

async function startProject(
  { home, flags }: BoundaryHome,
  { name, yaml }: { name: string; yaml: string },
): Promise<void> {
  const files = { 'agent.yaml': yaml, 'dial.cjs': DIAL_PROGRAM }
  const project = await home.trustedProject(name, files)
  await home.answer(['run', '-d', ...flags, '--name', name, project, '--', 'sleep', '600'])
}

async function expectClosed(boundary: Boundary): Promise<void> {
  await using site = await OutsideSite.open()
  await using listeners = await Listeners.open()
  await using opened = await BoundaryHome.open(boundary)
  const { home } = opened
  const open = openPlaces(listeners)
  const probes = { ...open, ...emptyPlaces(site, listeners) }

  await startProject(opened, { name: 'permissive', yaml: AS_ROOT })
  expect(await dialled(home, 'permissive', open)).toEqual(all(open, 'open'))
  expect(listeners.heard).toBeGreaterThan(0)

  const allow = `network: { policy: strict, allow: ["${site.address}:8000"] }\n`
  await startProject(opened, { name: 'strict', yaml: AS_ROOT + allow })
  expect(await home.answer(['exec', 'strict', '--', 'id', '-u'])).toBe('0')
  listeners.heard = 0
  expect(await dialled(home, 'strict', probes)).toEqual(all(probes, 'closed'))
  expect(listeners.heard).toBe(0)

  const install = `cd /tmp && npm install --silent --no-audit --registry ${site.url} outside-package && node -p 'require("outside-package")'`
  expect(await home.answer(['exec', 'strict', '--', 'sh', '-c', install])).toContain(
    'from a package',
  )
}

for (const boundary of boundaries) {
  const title = `root in ${boundary} with a strict network reaches nothing but the proxy, by which npm installs`
  const reason = await obstacleTo(boundary)
  if (reason === undefined) engineTest(title, () => expectClosed(boundary), LIMIT_MS)
  else skippedTest(title, reason)
}

engineTest(
  'pip installs, and a download arrives, through the proxy of a strict run',
  async () => {
    await using site = await OutsideSite.open()
    await using opened = await BoundaryHome.open('a container')
    const { home, flags } = opened
    const yaml = `image: python:3.11-slim\nnetwork: { policy: strict, allow: ["${site.address}:8000"] }\n`
    const project = home.project('p', { 'agent.yaml': yaml })
    const install = `pip install -q --target /tmp/made --index-url ${site.url}/simple/ --trusted-host ${site.address} outside-package`
    const fetched = `python -c 'import urllib.request as u; print(u.urlopen("${site.url}/hello.txt").read().decode())'`
    const script = `${install} && PYTHONPATH=/tmp/made python -c 'import outside_package as o; print(o.said)' && ${fetched}`
    const said = await home.answer(['run', ...flags, project, '--', 'sh', '-c', script])
    expect(said).toContain('from a wheel')
    expect(said).toContain('hello from outside')
  },
  LIMIT_MS,
)
