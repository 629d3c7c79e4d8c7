import { printable } from '../lib/printable.ts'
import type { RunPlan } from '../run/plan.ts'
import type { AppContext } from './app-context.ts'

/** `--dry-run`: what the run would be; of variables only the names. */
export function printPlan(app: AppContext, plan: RunPlan, json: boolean): void {
  if (json) return app.output.answer(JSON.stringify(plan, undefined, 2))
  const lines: [string, string][] = [
    ['name', plan.name],
    ['workspace', plan.workspace],
    ['runtime', plan.runtime],
    ['image', plan.image],
    ['command', plan.command === undefined ? "the image's own" : JSON.stringify(plan.command)],
    ['user', plan.user ?? "the image's own"],
    ...(plan.home === undefined ? [] : [['home', plan.home] satisfies [string, string]]),
    ['sandbox', plan.sandbox.ociRuntime ?? plan.sandbox.mode],
    ...dockerLines(plan),
    ...networkLines(plan),
    ...plan.services.map(({ name, containerPort }): [string, string] => [
      'service',
      `${name} on port ${containerPort}`,
    ]),
    ...plan.mounts.map(({ source, target, readonly }): [string, string] => [
      'mount',
      `${source}:${target}${readonly ? ':ro' : ''}`,
    ]),
    ...(plan.envNames.length === 0
      ? []
      : [['env', plan.envNames.join(', ')] satisfies [string, string]]),
  ]
  for (const [key, value] of lines) app.output.answer(printable(`${key.padEnd(10)} ${value}`))
}

function dockerLines({ docker, privileged }: RunPlan): [string, string][] {
  if (docker === undefined) return []
  const engine =
    docker.mode === 'host'
      ? `the engine at ${docker.socket}`
      : `an engine of its own, built for by ${docker.buildkitImage}`
  const why: [string, string][] =
    privileged === undefined ? [] : [['privileged', `for ${privileged.reason}`]]
  return [['docker', engine], ...why]
}

function networkLines({ network }: RunPlan): [string, string][] {
  if (network.policy === 'permissive') return []
  const hosts = network.allow.map(({ host, port }) =>
    port === undefined ? host : `${host}:${port}`,
  )
  return [['network', `strict: ${hosts.length === 0 ? 'nothing' : hosts.join(', ')}`]]
}
