import type { ContainerSpec } from '../runtime/container-spec.ts'

/** Stored output of one container: at most 5 files of 20 MB, then the oldest goes. */
const logLimits = { 'max-size': '20m', 'max-file': '5' }

/** The body of `POST /containers/create` (Engine API, "Create a container"). */
export function containerCreateBody(spec: ContainerSpec): object {
  const ports = [...spec.ports].sort((a, b) => a - b).map((port) => `${port}/tcp`)
  return {
    Hostname: spec.hostname,
    Image: spec.image,
    ...(spec.command && { Cmd: spec.command }),
    Env: envEntries(spec.env),
    WorkingDir: spec.workingDir,
    ...(spec.user && { User: spec.user }),
    Labels: spec.labels,
    ExposedPorts: Object.fromEntries(ports.map((port) => [port, {}])),
    Tty: spec.tty,
    OpenStdin: spec.stdin,
    // The end of the attached input is the end of the process's input, as `docker run -i` has it.
    StdinOnce: spec.stdin,
    AttachStdin: spec.stdin,
    AttachStdout: true,
    AttachStderr: true,
    ...(spec.stopSignal && { StopSignal: spec.stopSignal }),
    HostConfig: hostConfig(spec, ports),
    ...networkingConfig(spec),
  }
}

function hostConfig(spec: ContainerSpec, ports: readonly string[]): object {
  return {
    // Without an init, a command that handles no signals sits out the whole grace time of every stop.
    Init: true,
    // Engines before API 1.42 ignore it; there the size comes a moment after the start.
    ...(spec.size && { ConsoleSize: [spec.size.rows, spec.size.columns] }),
    ...(spec.privileged === true
      ? // An engine inside hands its own "no new privileges" on to all that it runs.
        { Privileged: true }
      : { CapDrop: ['NET_RAW'], SecurityOpt: ['no-new-privileges'] }),
    ...limitsOf(spec),
    LogConfig: { Type: 'local', Config: logLimits },
    // An empty host port lets the engine choose a free one.
    PortBindings: Object.fromEntries(
      ports.map((port) => [port, [{ HostIp: '127.0.0.1', HostPort: '' }]]),
    ),
    Mounts: [...bindMounts(spec), ...volumeMounts(spec)],
    Tmpfs: Object.fromEntries(spec.tmpfs.map(({ target, owner }) => [target, tmpfsOptions(owner)])),
    ExtraHosts: spec.extraHosts.map(({ name, address }) => `${name}:${address}`),
    NetworkMode: spec.network ?? 'default',
    ...(spec.nameServers && { Dns: spec.nameServers }),
    Runtime: spec.ociRuntime ?? '',
    AutoRemove: false,
  }
}

/** Memory and swap together, or a run would go on in swap, a thousand times slower. */
function limitsOf({ limits = {} }: ContainerSpec): object {
  const { memoryBytes, cpus, pids } = limits
  return {
    ...(memoryBytes !== undefined && { Memory: memoryBytes, MemorySwap: memoryBytes }),
    ...(cpus !== undefined && { NanoCpus: Math.round(cpus * 1e9) }),
    ...(pids !== undefined && { PidsLimit: pids }),
  }
}

function bindMounts({ mounts }: ContainerSpec): object[] {
  return mounts.map(({ source, target, readonly: isReadOnly }) => ({
    Type: 'bind',
    Source: source,
    Target: target,
    ReadOnly: isReadOnly,
  }))
}

function volumeMounts({ volumes = [] }: ContainerSpec): object[] {
  return volumes.map(({ name, target, owner }) => ({
    Type: 'volume',
    Source: name,
    Target: target,
    ...(owner !== undefined && { VolumeOptions: { NoCopy: true } }),
  }))
}

function networkingConfig({ network, networkAliases }: ContainerSpec): object {
  if (network === undefined || networkAliases === undefined) return {}
  return { NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: networkAliases } } } }
}

/** Without `exec` the engine would refuse to run anything that is installed there. */
function tmpfsOptions(owner: string): string {
  const [uid, gid] = owner.split(':')
  const options = ['exec', 'nosuid', 'nodev', 'mode=0755']
  if (uid) options.push(`uid=${uid}`)
  if (gid) options.push(`gid=${gid}`)
  return options.join(',')
}

/** `NAME=value` entries, sorted. */
export function envEntries(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env)
    .map(([name, value]) => `${name}=${value}`)
    .sort()
}
