import * as z from 'zod'
import type { ProjectFiles } from './project-files.ts'
import { LISTEN_EVERYWHERE, type Suggestion } from './suggestion.ts'

const manifestShape = z.object({
  scripts: z.record(z.string(), z.string()).catch({}),
  dependencies: z.record(z.string(), z.string()).catch({}),
  devDependencies: z.record(z.string(), z.string()).catch({}),
  engines: z.object({ node: z.string().optional() }).catch({}),
  volta: z.object({ node: z.string().optional() }).catch({}),
})
type Manifest = z.infer<typeof manifestShape>

type Framework = {
  /** The package whose presence tells. */
  package: string
  name: string
  port: number
  /** Parameters with which its dev server listens beyond the container's own loopback; empty where it does anyway. */
  listen: string
}

/** Dev servers, the more special first: many of them bring Vite along. */
const FRAMEWORKS: readonly Framework[] = [
  { package: 'next', name: 'Next.js', port: 3000, listen: '' },
  { package: 'nuxt', name: 'Nuxt', port: 3000, listen: '--host 0.0.0.0' },
  { package: 'astro', name: 'Astro', port: 4321, listen: '--host 0.0.0.0' },
  { package: '@angular/core', name: 'Angular', port: 4200, listen: '--host 0.0.0.0' },
  { package: 'react-scripts', name: 'Create React App', port: 3000, listen: '' },
  { package: '@vue/cli-service', name: 'Vue CLI', port: 8080, listen: '--host 0.0.0.0' },
  { package: 'gatsby', name: 'Gatsby', port: 8000, listen: '--host 0.0.0.0' },
  { package: '@sveltejs/kit', name: 'SvelteKit', port: 5173, listen: '--host 0.0.0.0' },
  { package: 'vite', name: 'Vite', port: 5173, listen: '--host 0.0.0.0' },
]

/** The package managers by their lock file, with what installs and what runs a script. */
const MANAGERS = [
  { lock: 'pnpm-lock.yaml', name: 'pnpm', install: 'pnpm install', script: 'pnpm run', rest: '' },
  { lock: 'yarn.lock', name: 'yarn', install: 'yarn install', script: 'yarn run', rest: '' },
  { lock: 'bun.lock', name: 'bun', install: 'bun install', script: 'bun run', rest: '' },
  { lock: 'bun.lockb', name: 'bun', install: 'bun install', script: 'bun run', rest: '' },
  { lock: 'package.json', name: 'npm', install: 'npm install', script: 'npm run', rest: '--' },
] as const

/** Which versions the catalogue has official images of. */
const NODE_VERSIONS = { least: 18, most: 24 }

/** A project with a package.json. */
export function suggestNode(files: ProjectFiles): Suggestion | undefined {
  const text = files.text('package.json')
  if (text === undefined) return undefined
  const manifest = readManifest(text)
  if (manifest === undefined)
    return { kind: 'a package.json that is no JSON object', dependencies: ['node'], notes: [] }
  const manager = MANAGERS.find(({ lock }) => files.text(lock) !== undefined) ?? MANAGERS[4]
  const framework = FRAMEWORKS.find(({ package: name }) => isUsed(manifest, name))
  const script = ['dev', 'start', 'serve'].find((name) => name in manifest.scripts)
  const version = nodeVersion(files, manifest)
  return {
    kind: framework?.name ?? 'a Node project',
    dependencies: [
      version === undefined ? 'node' : `node@${version}`,
      ...(manager.name === 'npm' ? [] : [manager.name]),
    ],
    ...portOf(manifest, framework, script),
    ...(script === undefined
      ? {}
      : {
          command: {
            line: [
              `${manager.install} && exec ${manager.script} ${script}`,
              ...listening(manifest, framework, script, manager.rest),
            ].join(' '),
            why: `the script "${script}" of package.json`,
          },
        }),
    notes: framework === undefined || framework.listen === '' ? [] : [LISTEN_EVERYWHERE],
  }
}

function readManifest(text: string): Manifest | undefined {
  try {
    return manifestShape.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

function isUsed({ dependencies, devDependencies }: Manifest, name: string): boolean {
  return Object.hasOwn(dependencies, name) || Object.hasOwn(devDependencies, name)
}

/** Nothing is added to a script that says itself where it listens. */
function listening(
  { scripts }: Manifest,
  framework: Framework | undefined,
  script: string,
  rest: string,
): string[] {
  if (framework === undefined || framework.listen === '') return []
  if (/--host|-H\b/.test(scripts[script] ?? '')) return []
  return [rest, framework.listen].filter((part) => part !== '')
}

function portOf(
  { scripts }: Manifest,
  framework: Framework | undefined,
  script: string | undefined,
): Pick<Suggestion, 'port'> {
  const line = script === undefined ? '' : (scripts[script] ?? '')
  const said = /(?:--port[= ]|-p[= ]?|\bPORT=)(\d{2,5})\b/.exec(line)?.[1]
  if (said !== undefined && Number(said) <= 65_535)
    return { port: { service: 'web', port: Number(said), why: `the script "${script}" says so` } }
  if (framework === undefined) return {}
  return { port: { service: 'web', port: framework.port, why: `what ${framework.name} uses` } }
}

/** The major version that the project asks for, when there is an image of it. */
function nodeVersion(files: ProjectFiles, { engines, volta }: Manifest): number | undefined {
  const exact = [files.text('.nvmrc'), files.text('.node-version'), volta.node]
  for (const text of exact) {
    const major = Number(/^\s*v?(\d+)/.exec(text ?? '')?.[1])
    if (isOffered(major)) return major
  }
  // Not the least of a range: "20 or newer" is no wish for 20.
  const range = /^\s*[\^~]?\s*(\d+)(?:\.(?:\d+|x|\*))*\s*$/.exec(engines.node ?? '')?.[1]
  const major = Number(range)
  return isOffered(major) ? major : undefined
}

function isOffered(major: number): boolean {
  return major >= NODE_VERSIONS.least && major <= NODE_VERSIONS.most
}
