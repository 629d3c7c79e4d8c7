import type { BuildCache, BuildOutput, BuildRequest } from '../runtime/image-builder.ts'

import type { SolveRequest } from './solve.ts'

/** The name of the Dockerfile in the folder that BuildKit reads it from. */
export const dockerfileEntry = 'Dockerfile'
/** What counts instead of the context's `.dockerignore` (docs of the Dockerfile frontend). */
export const dockerignoreEntry = `${dockerfileEntry}.dockerignore`

/**
 * A build as BuildKit's built-in Dockerfile frontend wants it (frontend/dockerui/config.go).
 * @param ids `ref` of this solve, `session` that serves it
 */
export function solveRequest(
  request: BuildRequest,
  { ref, session }: { ref: string; session: string },
): SolveRequest {
  const { cacheFrom = [], cacheTo = [] } = request
  const exporter = exporterOf(request.output)
  const imports = cacheFrom.map(cacheEntry)
  return {
    Ref: ref,
    Session: session,
    Frontend: 'dockerfile.v0',
    FrontendAttrs: frontendAttributes(request, imports),
    Cache: { Imports: imports, Exports: cacheTo.map(cacheEntry) },
    // Older daemons read the first two, newer ones the last.
    ExporterDeprecated: exporter?.Type ?? '',
    ExporterAttrsDeprecated: exporter?.Attrs ?? {},
    Exporters: exporter === undefined ? [] : [exporter],
  }
}

type CacheEntry = { Type: string; Attrs: Record<string, string> }

function frontendAttributes(
  { buildArgs = {}, labels = {}, target, platform, noCache }: BuildRequest,
  imports: readonly CacheEntry[],
): Record<string, string> {
  return {
    filename: dockerfileEntry,
    ...prefixed('build-arg:', buildArgs),
    ...prefixed('label:', labels),
    ...(target !== undefined && { target }),
    ...(platform !== undefined && { platform }),
    // Empty means every stage.
    ...(noCache === true && { 'no-cache': '' }),
    ...(imports.length > 0 && { 'cache-imports': JSON.stringify(imports) }),
  }
}

function prefixed(
  prefix: string,
  values: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [prefix + key, value]))
}

function cacheEntry({ type, attributes }: BuildCache): CacheEntry {
  return { Type: type, Attrs: { ...attributes } }
}

function exporterOf(
  output: BuildOutput,
): { Type: string; Attrs: Record<string, string> } | undefined {
  switch (output.exporter) {
    case 'moby':
    case 'docker':
      return { Type: output.exporter, Attrs: output.tag === undefined ? {} : { name: output.tag } }
    case 'tar':
      return { Type: 'tar', Attrs: {} }
    case 'none':
      return undefined
    default:
      return output satisfies never
  }
}
