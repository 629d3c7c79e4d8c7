import { expect, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { debianProgram } from '../../engine/debian-program.ts'
import { cacheFolder } from '../../engine/engine-paths.ts'
import { buildGoPrograms, type GoPrograms, hasGoPrograms } from '../../engine/go-programs.ts'
import { stepLog } from '../../engine/step-log.ts'
import { skippedTest } from '../../engine/test-engine.ts'
import { finished } from '../../support/finished.ts'

const projectDir = join(import.meta.dirname, '..', '..', '..')
const workflowDir = join(projectDir, '.github', 'workflows')

const version = 'v1.7.12'
const cacheDir = cacheFolder(process.env)
const actionlint: GoPrograms = {
  title: 'actionlint',
  module: 'github.com/rhysd/actionlint',
  version,
  packages: ['./cmd/actionlint'],
  folder: join(cacheDir, `actionlint-${version}`),
}

/** Built from its Go module where the test bed may bring its programs along (AGENT_TEST_ENGINE); half a minute, once. */
async function hasActionlint(): Promise<boolean> {
  if (hasGoPrograms(actionlint)) return true
  if ((process.env['AGENT_TEST_ENGINE'] ?? '') === '') return false
  return buildGoPrograms(actionlint, { cacheDir, lock: 'actionlint', log: stepLog('actionlint') })
}

if (await hasActionlint()) {
  // It asks shellcheck about every `run`, where there is one.
  const shellcheck = await debianProgram('shellcheck', 'shellcheck', process.env)
  test('actionlint finds nothing in the workflows', async () => {
    const folders = shellcheck === undefined ? [] : [dirname(shellcheck)]
    const files = readdirSync(workflowDir).map((name) => join(workflowDir, name))
    const child = Bun.spawn([join(actionlint.folder, 'actionlint'), '-no-color', ...files], {
      cwd: projectDir,
      env: { ...process.env, PATH: [...folders, process.env['PATH'] ?? ''].join(delimiter) },
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'pipe',
      timeout: 20_000,
    })
    expect(await finished(child)).toEqual({ code: 0, stdout: '', stderr: '' })
  })
} else
  skippedTest(
    'actionlint finds nothing in the workflows',
    'there is no actionlint, and no Go to build it with',
  )
