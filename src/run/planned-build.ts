/** How to make a run's image, as its plan holds it. */
export type PlannedBuild = {
  /** The image's reference, after everything that can change it. */
  tag: string
  /** For BuildKit. */
  dockerfile: string
  /** The same for a builder without cache mounts. */
  plainDockerfile: string
  buildArgs: Readonly<Record<string, string>>
  labels: Readonly<Record<string, string>>
  /** As in image indexes: `linux/amd64`. */
  platform: string
  /** `container.apple.builder_dns`: where a builder that lets one choose resolves names. */
  nameServers?: readonly string[]
}
