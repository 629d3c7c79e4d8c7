import { expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { caFiles } from '../../../src/run/ca-files.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

test("the caller's certificate authorities go along, and their files where they would not be seen", () => {
  using folder = temporaryFolder()
  const bundle = join(folder.path, 'company.pem')
  writeFileSync(bundle, '')
  const env = {
    NODE_EXTRA_CA_CERTS: bundle,
    SSL_CERT_FILE: bundle,
    CURL_CA_BUNDLE: join(folder.path, 'missing.pem'),
    PIP_CERT: 'relative.pem',
    OTHER: bundle,
  }
  expect(caFiles(env, ['/usr'])).toEqual({
    env: { NODE_EXTRA_CA_CERTS: bundle, SSL_CERT_FILE: bundle },
    mounts: [{ source: bundle, target: bundle, readonly: true }],
  })
  expect(caFiles(env, [folder.path]).mounts).toEqual([])
})
