import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { DockerConfig } from '../../../src/docker/docker-config.ts'
import {
  encodeRegistryLogin,
  findRegistryLogin,
  type RegistryLoginLookup,
} from '../../../src/docker/registry-login.ts'

const hub = 'https://index.docker.io/v1/'
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'helpers-'))
  await writeHelper(
    'echo',
    `read -r server; echo "{\\"ServerURL\\":\\"$server\\",\\"Username\\":\\"u of $server\\",\\"Secret\\":\\"s\\"}"`,
  )
  await writeHelper(
    'token',
    `cat >/dev/null; echo '{"ServerURL":"x","Username":"<token>","Secret":"t"}'`,
  )
  await writeHelper(
    'none',
    `cat >/dev/null; echo 'credentials not found in native keychain'; exit 1`,
  )
  await writeHelper('locked', `echo 'the keychain is locked'; exit 2`)
  await writeHelper('babbling', `echo hello`)
})

afterAll(() => rm(folder, { recursive: true }))

async function writeHelper(name: string, script: string): Promise<void> {
  await writeFile(join(folder, `docker-credential-${name}`), `#!/bin/sh\n${script}\n`, {
    mode: 0o755,
  })
}

async function look(config: DockerConfig, registry: string): Promise<RegistryLoginLookup> {
  return findRegistryLogin(config, registry, { env: { PATH: `${folder}:/usr/bin:/bin` } })
}

function auth(text: string): { auth: string } {
  return { auth: Buffer.from(text).toString('base64') }
}

test('a login in the file is found by registry, a password may contain colons', async () => {
  const config = { auths: { [hub]: auth('me:se:cret'), 'ghcr.io': auth('you:x') } }
  expect(await look(config, 'docker.io')).toEqual({
    login: { username: 'me', password: 'se:cret', serveraddress: hub },
  })
  expect((await look(config, 'ghcr.io')).login).toMatchObject({ username: 'you' })
  expect(await look(config, 'quay.io')).toEqual({})
})

test('an entry written as an address is found, an identity token wins', async () => {
  const config = { auths: { 'https://r.example/v1/': { ...auth('a:b'), identitytoken: 'tok' } } }
  expect(await look(config, 'r.example')).toEqual({
    login: { identitytoken: 'tok', serveraddress: 'r.example' },
  })
})

test('a helper for one registry is asked for that one, the store for all others', async () => {
  const config = { credHelpers: { 'gcr.example': 'echo' }, credsStore: 'token' }
  expect((await look(config, 'gcr.example')).login).toEqual({
    username: 'u of gcr.example',
    password: 's',
    serveraddress: 'gcr.example',
  })
  expect(await look(config, 'docker.io')).toEqual({
    login: { identitytoken: 't', serveraddress: hub },
    helper: 'docker-credential-token',
  })
})

test('a helper that knows nothing is no problem', async () => {
  expect(await look({ credsStore: 'none' }, 'r.example')).toEqual({
    helper: 'docker-credential-none',
  })
})

test('a helper that fails, babbles or is not there is a problem with its reason', async () => {
  expect((await look({ credsStore: 'locked' }, 'r')).problem).toEndWith(
    'failed: the keychain is locked',
  )
  expect((await look({ credsStore: 'babbling' }, 'r')).problem).toStartWith('the credential helper')
  expect((await look({ credsStore: 'absent' }, 'r')).problem).toStartWith('the credential helper')
})

test('a login is encoded as Go expects it', () => {
  const encoded = encodeRegistryLogin({ username: '??>>~~', password: 'ÿÿÿ', serveraddress: 'r' })
  expect(encoded).toMatch(/^[\w-]+=*$/)
  expect(encoded.length % 4).toBe(0)
})
