import type { Suggestion } from './suggestion.ts'

/** The text of an agent.yaml: what is suggested, and beside it, as comments, what else one may want. */
export function projectText(name: string, suggestion: Suggestion): string {
  const { kind, notes } = suggestion
  return [
    `# What this project runs as (${kind}). Every key: agent schema`,
    `name: ${name}`,
    '',
    ...dependencyLines(suggestion),
    '',
    ...portLines(suggestion),
    '',
    ...commandLines(suggestion),
    ...notes.map((note) => `# ${note}`),
    '',
    '# env: { LOG_LEVEL: debug }        # values of your own: agent run -e TOKEN',
    '# home: persistent                 # keeps logins and caches from run to run',
    '# network: { policy: strict, allow: [registry.npmjs.org] }   # and nothing else outside',
    '# container: { memory: 4g, cpus: 2 }',
    '',
  ].join('\n')
}

function dependencyLines({ dependencies }: Suggestion): string[] {
  const comment = '# What the image has; agent deps list shows what there is.'
  if (dependencies.length === 0) return [comment, '# dependencies: [node@22]']
  return [comment, `dependencies: [${dependencies.join(', ')}]`]
}

function portLines({ port }: Suggestion): string[] {
  const comment =
    '# Services by name: each has a URL of its own, http://<service>.<name>.localhost:8080'
  if (port === undefined) return [comment, '# ports: { web: 3000 }']
  return [comment, `ports: { ${port.service}: ${port.port} }   # ${port.why}`]
}

function commandLines({ command }: Suggestion): string[] {
  if (command === undefined)
    return ['# What runs; without it, a shell.', '# command: [npm, run, dev]']
  return [`# What runs: ${command.why}.`, `command: [sh, -c, ${JSON.stringify(command.line)}]`]
}
