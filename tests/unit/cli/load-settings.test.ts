import { expect, test } from 'bun:test'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig } from '../../../src/cli/load-settings.ts'
import { AnApp } from './an-app.ts'

test('what the user says beside agent.yaml is told apart from what is in force', () => {
  using app = new AnApp()
  const { paths } = app.context
  mkdirSync(paths.dir, { recursive: true })
  writeFileSync(paths.config, 'sandbox: gvisor\nruntime: docker\n')
  writeFileSync(join(app.folder, 'agent.yaml'), 'sandbox: none\n')
  const place = { workspace: app.folder, file: 'agent.yaml' }
  const { settings, ownSettings } = loadConfig(app.context, { ...place, flags: {} })
  expect(settings.sandbox).toMatchObject({ value: 'none', source: 'agent.yaml' })
  expect(ownSettings.sandbox).toMatchObject({ value: 'gvisor', source: 'config.yaml' })
  expect(ownSettings.runtime).toEqual(settings.runtime)
  const asked = loadConfig(app.context, { ...place, flags: { sandbox: 'auto' } })
  expect(asked.settings.sandbox).toEqual(asked.ownSettings.sandbox)
})
