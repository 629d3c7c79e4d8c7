import type { Settings } from './config/settings.ts'
import type { BuilderCandidate, FindBuilders } from './runtime/builder-candidate.ts'
import type { ContainerRuntime } from './runtime/container-runtime.ts'

/**
 * Who builds images: the BuildKit that the user names, else the engine's own, else the runtime's builder.
 * Loaded when an image has to be built, which is seldom.
 */
export function systemBuilders(
  settings: Pick<Settings, 'buildkitHost' | 'isBuildkitDisabled'>,
): FindBuilders {
  const host = settings.buildkitHost.value
  return async (runtime) => {
    if (host !== undefined) return [await namedBuildkit(host, runtime)]
    const own = ownBuilder(runtime)
    if (settings.isBuildkitDisabled.value) return own
    return [...(await engineBuildkit(runtime)), ...own]
  }
}

async function namedBuildkit(host: string, runtime: ContainerRuntime): Promise<BuilderCandidate> {
  const { BuildkitBuilder } = await import('./buildkit/buildkit-builder.ts')
  const { buildkitHost } = await import('./buildkit/buildkit-host.ts')
  const address = buildkitHost(host)
  return {
    name: `BuildKit at ${host}`,
    builder: new BuildkitBuilder({ address, findCredentials: credentialsOf(runtime) }),
    hasCacheMounts: true,
    isElsewhere: true,
    isOptional: false,
  }
}

async function engineBuildkit(runtime: ContainerRuntime): Promise<BuilderCandidate[]> {
  if (runtime.dialBuildkit === undefined) return []
  const { BuildkitBuilder } = await import('./buildkit/buildkit-builder.ts')
  const address = {
    name: `the engine at ${runtime.endpoint}`,
    dial: (signal: AbortSignal) => dialEngine(runtime, signal),
  }
  return [
    {
      name: "the engine's BuildKit",
      builder: new BuildkitBuilder({ address, findCredentials: credentialsOf(runtime) }),
      hasCacheMounts: true,
      isElsewhere: false,
      isOptional: true,
    },
  ]
}

async function dialEngine(runtime: ContainerRuntime, signal: AbortSignal) {
  if (runtime.dialBuildkit === undefined) throw new Error(`${runtime.endpoint} has no BuildKit`)
  return runtime.dialBuildkit(signal)
}

function ownBuilder({ kind, builder }: ContainerRuntime): BuilderCandidate[] {
  if (builder === undefined) return []
  if (kind === 'apple')
    return [
      {
        name: "Apple's builder",
        builder,
        hasCacheMounts: true,
        isElsewhere: false,
        isOptional: false,
      },
    ]
  return [
    {
      name: "the engine's classic builder",
      builder,
      hasCacheMounts: false,
      isElsewhere: false,
      isOptional: false,
    },
  ]
}

/** Docker Hub has one name for its images and another for its logins. */
const HUB_HOSTS = ['registry-1.docker.io', 'index.docker.io', 'docker.io']

function credentialsOf({ images }: ContainerRuntime) {
  return async (host: string): Promise<{ username: string; secret: string } | undefined> => {
    const found = await images?.login(HUB_HOSTS.includes(host) ? 'docker.io' : host)
    const login = found?.login
    if (login === undefined) return undefined
    // An identity token goes in place of a password, under no name.
    if ('identitytoken' in login) return { username: '', secret: login.identitytoken }
    return { username: login.username, secret: login.password }
  }
}
