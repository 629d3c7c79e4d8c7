import { expect, test } from 'bun:test'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ProjectFiles } from '../../../../src/cli/init/project-files.ts'
import { projectText } from '../../../../src/cli/init/project-text.ts'
import { suggest } from '../../../../src/cli/init/suggest.ts'
import type { Suggestion } from '../../../../src/cli/init/suggestion.ts'
import { loadProjectConfig } from '../../../../src/config/load-project-config.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'

function suggestFor(files: Record<string, string | object>): Suggestion {
  using folder = temporaryFolder()
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder.path, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  }
  return suggest(new ProjectFiles(folder.path))
}

const vite = { scripts: { dev: 'vite' }, devDependencies: { vite: '^7.0.0' } }

test('a Vite app gets its port, a server that listens for others, and npm', () => {
  const { kind, dependencies, port, command } = suggestFor({ 'package.json': vite })
  expect(kind).toBe('Vite')
  expect(dependencies).toEqual(['node'])
  expect(port).toMatchObject({ service: 'web', port: 5173 })
  expect(command?.line).toBe('npm install && exec npm run dev -- --host 0.0.0.0')
})

test('a package.json that is broken is said, not passed over', () => {
  for (const text of ['{broken', '[]', 'null'])
    expect(suggestFor({ 'package.json': text })).toMatchObject({
      kind: 'a package.json that is no JSON object',
      dependencies: ['node'],
    })
})

test.each([
  ['pnpm-lock.yaml', ['node', 'pnpm'], 'pnpm install && exec pnpm run dev --host 0.0.0.0'],
  ['yarn.lock', ['node', 'yarn'], 'yarn install && exec yarn run dev --host 0.0.0.0'],
  ['bun.lock', ['node', 'bun'], 'bun install && exec bun run dev --host 0.0.0.0'],
])('%s tells which package manager', (lock, dependencies, line) => {
  const found = suggestFor({ 'package.json': vite, [lock]: '' })
  expect(found.dependencies).toEqual(dependencies)
  expect(found.command?.line).toBe(line)
})

test.each([
  [{ dev: 'vite --host' }, 'npm install && exec npm run dev', 5173],
  [{ dev: 'vite --port 4000' }, 'npm install && exec npm run dev -- --host 0.0.0.0', 4000],
  [{ start: 'PORT=4567 vite' }, 'npm install && exec npm run start -- --host 0.0.0.0', 4567],
])('a script that says where it listens is believed: %p', (scripts, line, port) => {
  const found = suggestFor({ 'package.json': { ...vite, scripts } })
  expect(found.command?.line).toBe(line)
  expect(found.port?.port).toBe(port)
})

test.each([
  [{ '.nvmrc': 'v20.11.0' }, 'node@20'],
  [{ '.node-version': '22' }, 'node@22'],
  [{ 'package.json': { ...vite, engines: { node: '^20.1' } } }, 'node@20'],
  [{ 'package.json': { ...vite, engines: { node: '>=18' } } }, 'node'],
  [{ '.nvmrc': '8' }, 'node'],
  [{ '.nvmrc': 'lts/*' }, 'node'],
])('the version of Node: %p', (files, dependency) => {
  expect(suggestFor({ 'package.json': vite, ...files }).dependencies).toEqual([dependency])
})

test('a server without a framework says nothing of its port', () => {
  const found = suggestFor({ 'package.json': { scripts: { start: 'node server.js' } } })
  expect(found.port).toBeUndefined()
  expect(found.command?.line).toBe('npm install && exec npm run start')
})

test.each([
  ['flask', 'app.py', 5000, 'flask --app app.py run --host 0.0.0.0 --port 5000 --debug'],
  ['Django>=5', 'manage.py', 8000, 'python manage.py runserver 0.0.0.0:8000'],
  ['fastapi==0.1', 'main.py', 8000, 'uvicorn main:app --host 0.0.0.0 --port 8000 --reload'],
])('requirements of %s', (requirement, file, port, start) => {
  const found = suggestFor({ 'requirements.txt': `${requirement}\n`, [file]: '' })
  expect(found.port?.port).toBe(port)
  expect(found.command?.line).toBe(
    `python -m venv ~/venv && . ~/venv/bin/activate && pip install -r requirements.txt && exec ${start}`,
  )
})

test('pyproject.toml tells the framework, .python-version the version', () => {
  const project = '[project]\ndependencies = ["flask>=3"]\n'
  const found = suggestFor({ 'pyproject.toml': project, '.python-version': '3.11.4\n' })
  expect(found.kind).toBe('Flask')
  expect(found.dependencies).toEqual(['python@3.11'])
})

test('flask-login alone is no Flask', () => {
  expect(suggestFor({ 'requirements.txt': 'flask-login\n' }).kind).toBe('a Python project')
})

test.each([
  [{ 'go.mod': 'module x\n\ngo 1.22.3\n', 'main.go': '' }, ['go@1.22'], 'exec go run .'],
  [{ 'Cargo.toml': '', 'src/main.rs': '' }, ['rust'], 'exec cargo run'],
])('compiled languages: %p', (files, dependencies, line) => {
  const found = suggestFor(files)
  expect(found.dependencies).toEqual(dependencies)
  expect(found.command?.line).toBe(line)
})

test.each([
  {},
  { 'package.json': vite },
  { 'package.json': '{ not json' },
  { 'package.json': { scripts: 'wrong', dependencies: 3 } },
  { 'package.json': { scripts: { dev: 'say "hi" # not a comment: $HOME' } } },
  { 'requirements.txt': 'flask' },
  { 'go.mod': 'go 1.22', 'main.go': '' },
])('what is written is a valid agent.yaml that says what was suggested: %p', (files) => {
  const suggestion = suggestFor(files)
  const read = loadProjectConfig({ text: projectText('my-app', suggestion), file: 'agent.yaml' })
  if (!read.ok) throw new Error(read.problems.map(({ what }) => what).join('\n'))
  expect(read.value.name).toBe('my-app')
  expect(read.value.ports.map(({ port }) => port)).toEqual(
    suggestion.port === undefined ? [] : [suggestion.port.port],
  )
  const line = suggestion.command?.line
  expect(read.value.command).toEqual(line === undefined ? undefined : ['sh', '-c', line])
})

test('with every suggestion in a comment taken for real, it is still valid', () => {
  const text = projectText('my-app', suggestFor({}))
    .split('\n')
    .map((line) =>
      line.replace(/^# (?=(dependencies|ports|command|env|home|network|container):)/, ''),
    )
    .join('\n')
  const read = loadProjectConfig({ text, file: 'agent.yaml' })
  expect(read.ok ? [] : read.problems.map(({ what }) => what)).toEqual([])
})
