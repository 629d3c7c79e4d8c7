import type { BuildInfo } from '../platform/build-info.ts'

/** `agent 0.1.0 (1a2b3c4, Bun 1.4.5)` */
export function versionLine({ version, commit, bun }: BuildInfo): string {
  return `agent ${version} (${commit === undefined ? '' : `${commit}, `}Bun ${bun})`
}
