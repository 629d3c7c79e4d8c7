import type { RuntimeChoice, SandboxMode } from '../../config/choices.ts'
import type { Setting } from '../../config/settings.ts'
import { gvisorFixes } from '../../run/gvisor-help.ts'
import type { RuntimeKind } from '../../runtime/container-state.ts'
import type { RuntimeCandidate } from '../../runtime/runtime-directory.ts'
import { broken, type Finding, notice, ok } from './finding.ts'

const RUN_ON: Readonly<Record<RuntimeKind, string>> = {
  docker: 'agent run --runtime docker',
  apple: 'agent run --runtime apple',
  embedded: 'agent run --runtime embedded',
}

/**
 * One line for every place where a runtime was looked for. That one place has none breaks nothing as long as runs have
 * another to go to: none stands in for the kind that the settings name, or for an engine that the user named.
 */
export function runtimeFindings(
  candidates: readonly RuntimeCandidate[],
  wish: Setting<RuntimeChoice | undefined>,
): Finding[] {
  const wanted = candidates.filter(({ kind }) => wish.value === undefined || kind === wish.value)
  const named = wanted.filter((candidate) => 'isNamed' in candidate && candidate.isNamed)
  const needed = named.length > 0 ? named : wanted
  const other = candidates.find((candidate) => 'found' in candidate)
  const instead = other === undefined ? [] : [RUN_ON[other.kind]]
  const works = needed.some((candidate) => 'found' in candidate)
  const findings = candidates.map((candidate) => {
    const check = `runtime ${candidate.kind}`
    if ('found' in candidate) return ok(check, candidate.found.info.description)
    const { what, fixes } = candidate
    const isBroken = !works && needed.includes(candidate)
    return isBroken ? broken(check, what, [...fixes, ...instead]) : notice(check, what, fixes)
  })
  if (wanted.length > 0) return findings
  const missing = `${wish.name} is ${wish.value ?? ''}, and there is no such runtime here`
  return [...findings, broken('runtime', missing, [`set ${wish.name} to docker`])]
}

/**
 * Whether the engine has gVisor, which is broken when runs are to be in it.
 *
 * @param hasGvisor undefined when the engine does not say
 */
export function gvisorFinding(
  { description, endpoint }: { description: string; endpoint: string },
  hasGvisor: boolean | undefined,
  sandbox: SandboxMode,
): Finding {
  if (hasGvisor === undefined)
    return notice('gvisor', `${description} does not say whether it has it`)
  if (hasGvisor) return ok('gvisor', `${description} has it`)
  const fixes = gvisorFixes(endpoint)
  return sandbox === 'gvisor'
    ? broken('gvisor', `${description} does not have it, and runs are in it by default`, fixes)
    : notice('gvisor', `${description} does not have it, so runs share its kernel`, fixes)
}
