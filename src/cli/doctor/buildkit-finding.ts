import type { Settings } from '../../config/settings.ts'
import { type Finding, notice, ok } from './finding.ts'

/** Who builds images here, and how an engine without BuildKit gets one. */
export type BuildkitFacts = Pick<Settings, 'buildkitHost' | 'isBuildkitDisabled'> & {
  /** Of the engine: `Docker Engine 28.5.2`. */
  description: string
  /** Of the engine; undefined when it does not say. */
  hasBuildkit: boolean | undefined
  /** Whether the one that the settings name takes connections; undefined where they name none. */
  answers: boolean | undefined
}

const CLASSIC = 'images are built by its classic builder, without caches of package managers'

/** Which BuildKit builds images. Never broken: not every run builds one. */
export function buildkitFinding(facts: BuildkitFacts): Finding {
  const { buildkitHost, isBuildkitDisabled, description, hasBuildkit, answers } = facts
  const check = 'buildkit'
  const host = buildkitHost.value
  if (host !== undefined)
    return answers === true
      ? ok(check, `the one at ${host} takes connections (${buildkitHost.name})`)
      : notice(check, `nothing takes connections at ${host} (${buildkitHost.name})`, [
          `start BuildKit there, or unset ${buildkitHost.name}`,
        ])
  if (isBuildkitDisabled.value)
    return notice(check, `switched off by ${isBuildkitDisabled.name}, so ${CLASSIC}`, [
      `unset ${isBuildkitDisabled.name}`,
    ])
  if (hasBuildkit === undefined)
    return notice(check, `${description} does not say whether it has it`)
  return hasBuildkit
    ? ok(check, `${description} has it`)
    : notice(check, `${description} does not have it, so ${CLASSIC}`, [
        'set BUILDKIT_HOST to one that runs elsewhere: tcp://HOST:PORT or unix:///PATH',
      ])
}
