import { afterAll, beforeAll, describe } from 'bun:test'
import { allOrNothingCases } from './all-or-nothing-cases.ts'
import { archiveCases, formulaCases } from './archive-cases.ts'
import { installCases, refusedInstallCases, uninstallCases } from './install-cases.ts'
import { ServedRelease } from './served-release.ts'

/** Four binaries are compiled and packed, once for all these tests. */
const RELEASE_LIMIT_MS = 300_000

let release: ServedRelease
beforeAll(async () => {
  release = await ServedRelease.open()
}, RELEASE_LIMIT_MS)
afterAll(async () => {
  await release[Symbol.asyncDispose]()
})

describe('what a release consists of', () => {
  archiveCases(() => release)
  formulaCases(() => release)
})
describe('install.sh', () => {
  installCases(() => release)
  uninstallCases(() => release)
  refusedInstallCases(() => release)
  allOrNothingCases(() => release)
})
