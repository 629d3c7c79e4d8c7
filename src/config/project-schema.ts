import { isIP } from 'node:net'
import { z } from 'zod'
import { parseByteSize } from '../lib/byte-size.ts'
import { parseDnsLabel } from '../lib/dns-label.ts'
import { parseImageReference } from '../lib/image-reference.ts'
import { type Parsed, parsed, refused } from '../lib/parsed.ts'
import { parsePort } from '../lib/port-number.ts'
import { quoted } from '../lib/quoted.ts'
import {
  CONTAINER_USERS,
  HOME_KINDS,
  NETWORK_POLICIES,
  RUNTIME_KINDS,
  SANDBOX_MODES,
} from './choices.ts'
import { parseDependency, parseVersion } from './dependency.ts'
import { parseMount, parseMountSource, parseMountTarget } from './mount.ts'
import { parseNetworkHost } from './network-host.ts'
import { parseBoolean, parseFreeText, section, textAs } from './text-schema.ts'

/**
 * The schema of agent.yaml, over values as `readYaml` gives them. Rules that look at several values at once
 * are in project-rules.ts, because a schema checks them only once every single value is right.
 */
export function projectSchema() {
  const version = textAs(parseVersion).optional()
  const runtime = z.strictObject({ node: version, python: version, go: version })
  const mount = z.strictObject({
    source: textAs(parseMountSource),
    target: textAs(parseMountTarget),
    readonly: textAs(parseBoolean).optional(),
  })
  const network = z.strictObject({
    policy: z.enum(NETWORK_POLICIES).optional(),
    allow: section(z.array(textAs(parseNetworkHost))),
  })
  const apple = z.strictObject({ builder_dns: section(z.array(textAs(parseAddress))) })
  const container = z.strictObject({
    runtime: z.enum(RUNTIME_KINDS).optional(),
    user: z.enum(CONTAINER_USERS).optional(),
    memory: textAs(parseByteSize).optional(),
    cpus: textAs(parseCpus).optional(),
    pids: textAs(parsePids).optional(),
    apple: section(apple),
  })
  const root = z.strictObject({
    name: textAs((text) => parseDnsLabel(text, 'name')).optional(),
    agent: textAs(parseFreeText).optional(),
    version: textAs(parseFreeText).optional(),
    runtime: section(runtime),
    dependencies: section(z.array(textAs(parseDependency))),
    image: textAs(parseImage).optional(),
    command: z.union([textAs(parseShellCommand), z.array(z.string()).min(1)]).optional(),
    ports: section(z.record(z.string(), textAs(parseContainerPort))),
    env: section(z.record(z.string(), z.string())),
    mounts: section(z.array(z.union([textAs(parseMount), mount]))),
    interactive: textAs(parseBoolean).optional(),
    home: z.enum(HOME_KINDS).optional(),
    sandbox: z.enum(SANDBOX_MODES).optional(),
    network: section(network),
    container: section(container),
  })
  return {
    root,
    maps: { '': root, runtime, 'mounts[]': mount, network, container, 'container.apple': apple },
  }
}

/** What the schema makes of a right value. */
export type DecodedProject = z.output<ReturnType<typeof projectSchema>['root']>

/** A command in one text is for a shell, as in a Dockerfile's shell form. */
function parseShellCommand(text: string): Parsed<string[]> {
  if (text.trim() === '') return refused('command is empty', 'write a command or remove the key')
  return parsed(['/bin/sh', '-c', text])
}

function parseImage(text: string): Parsed<string> {
  const reference = parseImageReference(text)
  return reference.ok ? parsed(text) : reference
}

/** A colon comes from habit: where a service is published on this machine is not the user's to choose. */
function parseContainerPort(text: string): Parsed<number> {
  const port = parsePort(text)
  if (port.ok || !text.includes(':')) return port
  return refused(port.what, `write the port inside the container only, like web: 3000`)
}

function parseAddress(text: string): Parsed<string> {
  return isIP(text) > 0
    ? parsed(text)
    : refused(`${quoted(text)} is not an IP address`, 'write it like 1.1.1.1')
}

function parseCpus(text: string): Parsed<number> {
  const cpus = /^\d{1,4}(?:\.\d{1,9})?$/.test(text) ? Number(text) : 0
  if (cpus >= 0.01) return parsed(cpus)
  return refused(`${quoted(text)} is not a number of CPUs`, 'write a number from 0.01, like 1.5')
}

function parsePids(text: string): Parsed<number> {
  const pids = /^\d{1,9}$/.test(text) ? Number(text) : 0
  return pids >= 1
    ? parsed(pids)
    : refused(`${quoted(text)} is not a number of processes`, 'write a number from 1')
}
