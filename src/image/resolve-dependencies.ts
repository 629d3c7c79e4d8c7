import type { PackageManager } from '../config/dependency.ts'
import { type ConfigResult, type Problem, resultOf } from '../config/problem.ts'
import { byText } from '../lib/by-text.ts'
import { CATALOGUE } from './catalogue.ts'
import type { Chosen, ChosenPackage, InstallPlan } from './install-plan.ts'
import { type AskedDependency, requiredWish, type Wish, wishesFor } from './wish.ts'

/**
 * Decides what an image holds for these dependencies, or tells every problem: unknown names, versions that do not exist, two
 * versions of one thing, and a language that something needs and nobody asked for. Other requirements are added.
 * @param file how messages call the file that the dependencies are from
 */
export function resolveDependencies(
  dependencies: readonly AskedDependency[],
  file: string,
): ConfigResult<InstallPlan> {
  const problems: Problem[] = []
  const report = ({ at }: AskedDependency | Wish, what: string, fix: string): void => {
    problems.push({ file, ...(at && { at }), what, fix })
  }
  const dockerMode = dependencies.find((dependency) => dependency.kind === 'docker')?.mode
  const wishes = dependencies.flatMap((dependency) => {
    if (dependency.kind === 'docker') return []
    const result = wishesFor(dependency)
    if (result.ok) return result.value
    report(dependency, result.what, result.fix)
    return []
  })
  const chosen = withoutDoubles(wishes, report)
  addRequirements(chosen, report)
  const docker = dockerMode === undefined ? {} : { dockerMode }
  return resultOf(() => ({ ...planOf([...chosen.values()]), ...docker }), problems)
}

type Report = (wish: Wish, what: string, fix: string) => void

/** One wish for each thing. Any version is met by a certain one. */
function withoutDoubles(wishes: readonly Wish[], report: Report): Map<string, Wish> {
  const chosen = new Map<string, Wish>()
  for (const wish of wishes) {
    const subject = subjectOf(wish)
    const other = chosen.get(subject)
    if (other?.version === undefined) chosen.set(subject, wish)
    else if (wish.version !== undefined && wish.version !== other.version)
      report(
        wish,
        `dependencies ${wish.asked} and ${other.asked} are two versions of one thing`,
        'keep one of them',
      )
  }
  return chosen
}

function subjectOf({ what }: Wish): string {
  return what.kind === 'entry' ? what.name : `${what.manager}:${what.name}`
}

/**
 * A language is never added: its version is the user's to choose, and it decides what the image starts from. Iterating a Map
 * visits what is added on the way, so requirements of requirements are met too.
 */
function addRequirements(chosen: Map<string, Wish>, report: Report): void {
  const told = new Set<string>()
  for (const wish of chosen.values())
    for (const name of wish.requires) {
      if (chosen.has(name)) continue
      if (CATALOGUE.get(name)?.kind !== 'base image') chosen.set(name, requiredWish(name, wish))
      else if (!told.has(`${wish.asked} ${name}`)) {
        told.add(`${wish.asked} ${name}`)
        report(wish, `dependency ${wish.asked} needs ${name}`, `add ${name} to dependencies`)
      }
    }
}

function planOf(wishes: readonly Wish[]): InstallPlan {
  return {
    runtimes: chosenOf(wishes, 'base image'),
    archives: chosenOf(wishes, 'release archive'),
    scripts: chosenOf(wishes, 'script'),
    debianPackages: chosenOf(wishes, 'apt')
      .flatMap(({ entry }) => entry.packages)
      .sort(),
    packages: {
      cargo: packagesOf(wishes, 'cargo'),
      go: packagesOf(wishes, 'go'),
      npm: packagesOf(wishes, 'npm'),
      pip: packagesOf(wishes, 'pip'),
      uv: packagesOf(wishes, 'uv'),
    },
  }
}

type EntryOfWish = Extract<Wish['what'], { kind: 'entry' }>['entry']
type EntryOf<Kind extends EntryOfWish['kind']> = Extract<EntryOfWish, { kind: Kind }>

function chosenOf<Kind extends EntryOfWish['kind']>(
  wishes: readonly Wish[],
  kind: Kind,
): Chosen<EntryOf<Kind>>[] {
  return sortedByName(
    wishes.flatMap(({ what, version, defaultVersion }) => {
      if (what.kind !== 'entry' || !isOfKind(what.entry, kind)) return []
      return [{ name: what.name, version: version ?? defaultVersion ?? '', entry: what.entry }]
    }),
  )
}

function isOfKind<Kind extends EntryOfWish['kind']>(
  entry: EntryOfWish,
  kind: Kind,
): entry is EntryOf<Kind> {
  return entry.kind === kind
}

function packagesOf(wishes: readonly Wish[], manager: PackageManager): ChosenPackage[] {
  return sortedByName(
    wishes.flatMap(({ what, version }) => {
      if (what.kind !== 'package' || what.manager !== manager) return []
      return [{ name: what.name, ...(version !== undefined && { version }) }]
    }),
  )
}

function sortedByName<T extends { name: string }>(items: readonly T[]): T[] {
  return items.toSorted(byText(({ name }) => name))
}
