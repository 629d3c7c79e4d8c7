import { expect, test } from 'bun:test'
import { createApp } from '../../../../src/app.ts'
import { createProgram } from '../../../../src/cli/program.ts'
import { currentHost } from '../../../../src/platform/host.ts'
import { manPage } from '../../../../scripts/release/man-page.ts'

const about = { version: '1.2.3', date: '2026-11-24' }

test('the man page has every command and option that the parser has', async () => {
  const program = await createProgram(createApp(currentHost(), []), [])
  const page = manPage(program, about)
  expect(page).toStartWith('.TH AGENT 1 "2026\\-11\\-24" "agent 1.2.3"')
  for (const command of program.commands) {
    expect(page).toContain(`agent ${command.name()}`.replaceAll('-', '\\-'))
    for (const { flags } of command.options) expect(page).toContain(flags.replaceAll('-', '\\-'))
  }
})

test('no line of the page is a request that was not meant', async () => {
  const program = await createProgram(createApp(currentHost(), []), [])
  const meant = new Set(['.B', '.I', '.RI', '.SH', '.SS', '.TH', '.TP'])
  const others = manPage(program, about)
    .split('\n')
    .filter((line) => /^[.']/.test(line) && !meant.has(line.split(' ')[0] ?? ''))
  expect(others).toEqual([])
})
