/** A Docker Engine we can bring up: the Debian suite its packages come from and what it needs beside them. */
export type EngineSuite = {
  readonly debianSuite: string
  readonly packages: readonly string[]
  /** Engines before 23 ask runc for every capability in --privileged, also for one that root lacks here. */
  readonly asksForMissingCapabilities: boolean
}

/** Engines by the name that `--suite` takes. The version is that of the Debian suite. */
export const engineSuites = {
  /** 26.1, API 1.45: the stable choice, and the default. */
  trixie: {
    debianSuite: 'trixie',
    packages: ['docker.io', 'docker-cli', 'containerd'],
    asksForMissingCapabilities: false,
  },
  /** 28.5, API 1.51 (moves with Debian). */
  sid: {
    debianSuite: 'sid',
    packages: ['docker.io', 'docker-cli', 'containerd'],
    asksForMissingCapabilities: false,
  },
  /** 20.10, API 1.41: the oldest engine that is supported. */
  debian12: {
    debianSuite: 'bookworm',
    packages: ['docker.io', 'containerd'],
    asksForMissingCapabilities: true,
  },
} as const satisfies Readonly<Record<string, EngineSuite>>

export type SuiteName = keyof typeof engineSuites

/** The suite that is used when nobody asks for another. */
export const defaultSuite: SuiteName = 'trixie'

/** What every engine needs beside its own packages, from the suite of the machine's generation (runc must fit its libc). */
export const toolSuite = 'bookworm'
export const toolPackages: readonly string[] = [
  'runc',
  'runsc',
  'tini',
  'iptables',
  'nftables',
  'iproute2',
  'docker-registry',
  'busybox-static',
  'mmdebstrap',
]

export function isSuiteName(text: string): text is SuiteName {
  return Object.hasOwn(engineSuites, text)
}
