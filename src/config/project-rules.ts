import { parseDnsLabel } from '../lib/dns-label.ts'
import { quoted } from '../lib/quoted.ts'
import { type Dependency, formatDependency, parseDependency } from './dependency.ts'
import { parseEnvName } from './env-entry.ts'
import { parseMount, parseMountTarget } from './mount.ts'
import type { Problem } from './problem.ts'
import { LANGUAGES } from './choices.ts'
import type { YamlTree } from './yaml-tree.ts'
import type { YamlPath, YamlValue } from './yaml-value.ts'

/**
 * The rules of agent.yaml that are about keys of the user's own or about several values. They read the raw
 * values, so that they hold beside whatever else is wrong; a value of the wrong kind is the schema's to tell.
 */
export function ruleProblems(tree: YamlTree, file: string): Problem[] {
  const found = [
    ...imageRules(tree.value),
    ...portRules(tree.value),
    ...envRules(tree.value),
    ...dependencyRules(tree.value),
    ...mountRules(tree.value),
    ...commandRules(tree.value),
    ...networkRules(tree.value),
  ]
  return found.map(({ path, isKey, what, fix }) => {
    const place = tree.placeOf(path)
    return { file, at: isKey ? (place.keyAt ?? place.at) : place.at, what, fix }
  })
}

type Finding = { path: YamlPath; isKey?: true; what: string; fix: string }

function imageRules(root: YamlValue): Finding[] {
  if (child(root, 'image') === undefined) return []
  return ['runtime', 'dependencies']
    .filter((key) => (child(root, key) ?? null) !== null)
    .map((key) => ({
      path: [key],
      isKey: true,
      what: `${key} and image are both given, but an image is used as it is`,
      fix: `remove ${key} or image`,
    }))
}

function portRules(root: YamlValue): Finding[] {
  const findings: Finding[] = []
  const services = new Map<string, string>()
  for (const [service, port] of entriesOf(child(root, 'ports'))) {
    const path = ['ports', service]
    const label = parseDnsLabel(service, 'service name')
    if (!label.ok) findings.push({ path, isKey: true, ...label })
    if (typeof port !== 'string') continue
    const other = services.get(port)
    if (other === undefined) services.set(port, service)
    else {
      const what = `port ${quoted(port)} has two services, ${quoted(other)} and ${quoted(service)}`
      findings.push({ path, what, fix: 'give each service a port of its own' })
    }
  }
  return findings
}

function envRules(root: YamlValue): Finding[] {
  return entriesOf(child(root, 'env')).flatMap(([name]) => {
    const result = parseEnvName(name)
    return result.ok ? [] : [{ path: ['env', name], isKey: true, ...result }]
  })
}

/** One thing in two versions, or two engines, cannot be in one image. The same entry twice is one. */
function dependencyRules(root: YamlValue): Finding[] {
  const findings: Finding[] = []
  const seen = new Map<string, string>()
  for (const { path, dependency } of askedDependencies(root)) {
    const text = formatDependency(dependency)
    const subject = subjectOf(dependency)
    const other = seen.get(subject)
    if (other === undefined) seen.set(subject, text)
    else if (other !== text) {
      findings.push({
        path,
        what: `${text} and ${other} are both asked for`,
        fix: 'keep one of them',
      })
    }
  }
  return findings
}

function askedDependencies(root: YamlValue): { path: YamlPath; dependency: Dependency }[] {
  const languages = LANGUAGES.flatMap((name) => {
    const version = child(child(root, 'runtime'), name)
    if (typeof version !== 'string') return []
    return [{ path: ['runtime', name], dependency: { kind: 'catalogue', name, version } as const }]
  })
  const listed = itemsOf(child(root, 'dependencies')).flatMap((item, index) => {
    const result = typeof item === 'string' ? parseDependency(item) : undefined
    return result?.ok ? [{ path: ['dependencies', index], dependency: result.value }] : []
  })
  return [...languages, ...listed]
}

function subjectOf(dependency: Dependency): string {
  if (dependency.kind === 'docker') return 'docker'
  return dependency.kind === 'package'
    ? `${dependency.manager}:${dependency.name}`
    : dependency.name
}

function mountRules(root: YamlValue): Finding[] {
  const findings: Finding[] = []
  const seen = new Set<string>()
  for (const [index, item] of itemsOf(child(root, 'mounts')).entries()) {
    const target = mountTarget(item)
    if (target === undefined) continue
    if (seen.has(target)) {
      const what = `mount target ${quoted(target)} is given twice`
      findings.push({ path: ['mounts', index], what, fix: 'keep one of them' })
    }
    seen.add(target)
  }
  return findings
}

function mountTarget(item: YamlValue): string | undefined {
  if (typeof item === 'string') {
    const mount = parseMount(item)
    return mount.ok ? mount.value.target : undefined
  }
  const text = child(item, 'target')
  const target = typeof text === 'string' ? parseMountTarget(text) : undefined
  return target?.ok ? target.value : undefined
}

function commandRules(root: YamlValue): Finding[] {
  const [program] = itemsOf(child(root, 'command'))
  if (program !== '') return []
  return [
    { path: ['command', 0], what: 'the first word of command is empty', fix: 'name a program' },
  ]
}

/** A list of hosts that nothing enforces would be taken for protection. */
function networkRules(root: YamlValue): Finding[] {
  const network = child(root, 'network')
  if (itemsOf(child(network, 'allow')).length === 0) return []
  const policy = child(network, 'policy') ?? 'permissive'
  if (policy !== 'permissive') return []
  return [
    {
      path: ['network', 'allow'],
      isKey: true,
      what: 'network.allow has no effect while network.policy is permissive',
      fix: 'add policy: strict, or remove allow',
    },
  ]
}

function child(value: YamlValue | undefined, key: string): YamlValue | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return Object.hasOwn(value, key) ? value[key] : undefined
}

function entriesOf(value: YamlValue | undefined): [string, YamlValue][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return []
  return Object.entries(value)
}

function itemsOf(value: YamlValue | undefined): readonly YamlValue[] {
  return Array.isArray(value) ? value : []
}
