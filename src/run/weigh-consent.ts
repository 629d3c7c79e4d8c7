import type { SandboxMode } from '../config/choices.ts'
import type { Weakening, WeakeningKey } from '../config/weakening-keys.ts'
import type { Consent } from './consent-store.ts'

/** A key that agent.yaml weakens isolation by, and who allowed it: the user beside the file, or once with `agent trust`. */
export type AllowedKey = { key: string; value: string; by: 'own setting' | 'agent trust' }

/** What the user says without agent.yaml. */
export type OwnWish = {
  /** A flag or the environment decides on the boundary: agent.yaml's own `sandbox` has no effect. */
  isSandboxOverridden: boolean
  /** The boundary that config.yaml names. */
  sandbox?: SandboxMode
  /** Targets of `--mount`: agent.yaml's mounts at the same places have no effect. */
  mountTargets: ReadonlySet<string>
  allowUnsafeMount: boolean
}

export type Weighed = {
  allowed: readonly AllowedKey[]
  /** What still needs consent. */
  missing: readonly AskedKey[]
}

/** `isNew`: an earlier consent did not hold it; never set when there is none. */
export type AskedKey = WeakeningKey & { isNew: boolean }

/** Decides which keys a run may have. Consent holds for exactly the keys it was given for; a flag for what it says. */
export function weighConsent(
  weakening: Weakening,
  own: OwnWish,
  consent: Consent | undefined,
): Weighed {
  const effective = weakening.keys.filter((key) => hasEffect(key, own))
  const covered = effective.filter((key) => isCovered(key, own))
  const others = effective.filter((key) => !covered.includes(key))
  const isTrusted = consent?.hash === weakening.hash
  return {
    allowed: [
      ...allowedBy('own setting', covered),
      ...(isTrusted ? allowedBy('agent trust', others) : []),
    ],
    missing: isTrusted ? [] : markNew(others, consent),
  }
}

function allowedBy(by: AllowedKey['by'], keys: readonly WeakeningKey[]): AllowedKey[] {
  return keys.map(({ key, value }) => ({ key, value, by }))
}

/** Marks what an earlier consent did not hold. */
export function markNew(
  keys: readonly WeakeningKey[],
  consent: Consent | undefined,
): readonly AskedKey[] {
  const known = consent?.keys ?? []
  const isKnown = (one: WeakeningKey): boolean =>
    known.some(([key, value]) => key === one.key && value === one.value)
  return keys.map((one) => ({ ...one, isNew: consent !== undefined && !isKnown(one) }))
}

/** One line for people: where it stands, and what it says. */
export function describeKey({ key, value, at, isNew }: AskedKey, file: string): string {
  const place = at === undefined ? file : `${file}:${at.line}:${at.column}`
  return `${place}  ${key}: ${value}${isNew ? '  (new)' : ''}`
}

function hasEffect({ key, target }: WeakeningKey, own: OwnWish): boolean {
  if (key === 'sandbox') return !own.isSandboxOverridden
  return target === undefined || !own.mountTargets.has(target)
}

/** There is no other way to say that Docker may be inside, or that the command is the image's user. */
function isCovered({ key, value }: WeakeningKey, own: OwnWish): boolean {
  // `none` says more than `auto`.
  if (key === 'sandbox') return own.sandbox === 'none' || own.sandbox === value
  return key === 'mounts' && own.allowUnsafeMount
}
