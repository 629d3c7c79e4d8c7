import { existsSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { toDnsLabel } from '../lib/dns-label.ts'
import { errorCode, UserError } from '../lib/errors.ts'
import { quoted } from '../lib/quoted.ts'
import { shellWord } from '../lib/shell-word.ts'
import { randomName } from '../run/random-name.ts'
import type { AppContext } from './app-context.ts'
import { ProjectFiles } from './init/project-files.ts'
import { projectText } from './init/project-text.ts'
import { suggest } from './init/suggest.ts'
import { workspaceOf } from './run-flags.ts'

/** `agent init`: writes an agent.yaml from what the project's files say, never over one that is there. */
export function initProject(
  app: AppContext,
  path: string,
  { json, print }: { json: boolean; print: boolean },
): void {
  const workspace = workspaceOf(app.host.cwd, path)
  const suggestion = suggest(new ProjectFiles(workspace))
  const name = toDnsLabel(basename(workspace)) ?? randomName()
  const text = projectText(name, suggestion)
  if (print) return app.output.answer(text.trimEnd())
  const file = join(workspace, 'agent.yaml')
  write(file, text)
  const { kind, dependencies, port, command } = suggestion
  if (json) {
    const ports = port === undefined ? {} : { [port.service]: port.port }
    const facts = { file, name, kind, dependencies, ports, command: command?.line }
    return app.output.answer(JSON.stringify(facts, undefined, 2))
  }
  app.output.answer(file)
  app.output.note(`found ${kind}; look at the file, then: agent run ${shellWord(path)}`)
}

function write(file: string, text: string): void {
  const other = file.replace(/yaml$/, 'yml')
  try {
    if (existsSync(other))
      throw new UserError(`there is ${quoted(other)} already, which is not read`, {
        fix: `mv ${shellWord(other)} ${shellWord(file)}`,
        exitCode: 2,
      })
    writeFileSync(file, text, { flag: 'wx' })
  } catch (cause) {
    if (cause instanceof UserError) throw cause
    if (errorCode(cause) === 'EEXIST')
      throw new UserError(`${quoted(file)} is there already`, {
        fix: ['edit it', 'agent init --print'],
        exitCode: 2,
        cause,
      })
    throw new UserError(`cannot write ${quoted(file)}`, { fix: 'agent init --print', cause })
  }
}
