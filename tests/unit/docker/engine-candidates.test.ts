import { afterAll, beforeAll, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { formatEndpoint } from '../../../src/docker/endpoint.ts'
import { engineCandidates, type DiscoveryContext } from '../../../src/docker/engine-candidates.ts'
import { rejectionOf } from '../../support/rejection-of.ts'

let home = ''

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'candidates-'))
  await writeContext('colima', { Host: 'unix:///home/me/.colima/docker.sock' })
  await writeContext('remote', { Host: 'tcp://engine:2376' }, ['ca.pem', 'cert.pem', 'key.pem'])
  await writeContext('loose', { Host: 'tcp://engine:2376', SkipTLSVerify: true })
  await writeContext('broken', 'not an object')
})

afterAll(() => rm(home, { recursive: true }))

async function writeContext(name: string, docker: unknown, tlsFiles: string[] = []): Promise<void> {
  const digest = createHash('sha256').update(name).digest('hex')
  const meta = join(home, '.docker/contexts/meta', digest)
  await mkdir(meta, { recursive: true })
  await writeFile(
    join(meta, 'meta.json'),
    JSON.stringify({ Name: name, Metadata: {}, Endpoints: { docker } }),
  )
  for (const file of tlsFiles) {
    const folder = join(home, '.docker/contexts/tls', digest, 'docker')
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, file), '')
  }
}

async function named(context: Partial<DiscoveryContext>): Promise<string> {
  const found = await engineCandidates({ env: {}, home, ...context })
  if (found.kind !== 'named') return found.kind
  return `${found.candidate.source} → ${formatEndpoint(found.candidate.endpoint)}`
}

test('the host that was asked for is stronger than DOCKER_HOST, and that than a context', async () => {
  const env = { DOCKER_HOST: 'unix:///b', DOCKER_CONTEXT: 'colima' }
  expect(await named({ explicitHost: 'unix:///a', env })).toBe(
    'the host that was asked for → unix:///a',
  )
  expect(await named({ env })).toBe('DOCKER_HOST → unix:///b')
  expect(await named({ env: { ...env, DOCKER_HOST: '' } })).toBe(
    'DOCKER_CONTEXT "colima" → unix:///home/me/.colima/docker.sock',
  )
})

test('the current context of config.json counts, DOCKER_CONTEXT=default turns it off', async () => {
  const folder = join(home, 'other')
  await mkdir(folder)
  await writeFile(join(folder, 'config.json'), JSON.stringify({ currentContext: 'nowhere' }))
  const env = { DOCKER_CONFIG: folder }
  expect((await rejectionOf(named({ env }))).message).toContain(
    'there is no Docker context "nowhere"',
  )
  expect(await named({ env: { ...env, DOCKER_CONTEXT: 'default' } })).toBe('usual')
})

test("a context's TLS material is found, in a form that works in another process", async () => {
  const digest = createHash('sha256').update('remote').digest('hex')
  const folder = join(home, '.docker/contexts/tls', digest, 'docker')
  const query = new URLSearchParams({ tls: folder }).toString()
  expect(await named({ env: { DOCKER_CONTEXT: 'remote' } })).toEndWith(`tcp://engine:2376?${query}`)
  expect(await named({ env: { DOCKER_CONTEXT: 'loose' } })).toEndWith('&verify=0')
})

test('a context that cannot be read is an error that names it', async () => {
  expect((await rejectionOf(named({ env: { DOCKER_CONTEXT: 'broken' } }))).message).toContain(
    '"broken" cannot be read',
  )
})

test('DOCKER_TLS_VERIFY and DOCKER_CERT_PATH say where the material is, for tcp only', async () => {
  const env = { DOCKER_HOST: 'tcp://engine:2376', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/c' }
  expect(await named({ env })).toBe('DOCKER_HOST → tcp://engine:2376?tls=%2Fc')
  expect(await named({ env: { ...env, DOCKER_HOST: 'unix:///a' } })).toBe('DOCKER_HOST → unix:///a')
  expect(await named({ env: { ...env, DOCKER_TLS_VERIFY: '' } })).toBe(
    'DOCKER_HOST → tcp://engine:2376',
  )
  expect(await named({ env: { ...env, DOCKER_CERT_PATH: '' } })).toEndWith(
    new URLSearchParams({ tls: join(home, '.docker') }).toString(),
  )
})

test('without a name the usual sockets are tried in order', async () => {
  const found = await engineCandidates({ env: { XDG_RUNTIME_DIR: '/run/user/1' }, home })
  if (found.kind !== 'usual') throw new Error('nothing was named')
  const paths = found.candidates.map(({ endpoint }) => formatEndpoint(endpoint))
  expect(paths.slice(0, 3)).toEqual([
    'unix:///var/run/docker.sock',
    'unix:///run/user/1/docker.sock',
    `unix://${home}/.docker/run/docker.sock`,
  ])
  expect(paths).toContain('unix:///run/user/1/podman/podman.sock')
})

test('a broken config.json does not hide the usual sockets, and is kept for the report', async () => {
  const folder = join(home, 'torn')
  await mkdir(folder)
  await writeFile(join(folder, 'config.json'), '{"auths":')
  const found = await engineCandidates({ env: { DOCKER_CONFIG: folder }, home })
  expect(found.kind === 'usual' && found.configProblem?.message).toContain(
    join(folder, 'config.json'),
  )
})
