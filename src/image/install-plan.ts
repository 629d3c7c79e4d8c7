import type { PackageManager } from '../config/dependency.ts'
import type { ArchiveEntry, RuntimeEntry, ScriptEntry } from './catalogue-entry.ts'
import type { DockerMode } from './docker-mode.ts'

/** What an image has to hold, every list sorted and without doubles. Plain data, and the same for any spelling of the same wishes. */
export type InstallPlan = {
  runtimes: readonly Chosen<RuntimeEntry>[]
  archives: readonly Chosen<ArchiveEntry>[]
  scripts: readonly Chosen<ScriptEntry>[]
  debianPackages: readonly string[]
  packages: Readonly<Record<PackageManager, readonly ChosenPackage[]>>
  /** Absent: without Docker inside. */
  dockerMode?: DockerMode
}

/** An entry of the catalogue in one version. */
export type Chosen<Entry> = { name: string; version: string; entry: Entry }

/** A package in one version, or in the newest. */
export type ChosenPackage = { name: string; version?: string }
