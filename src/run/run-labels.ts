import {
  type ContainerLabels,
  LABEL_HOME,
  LABEL_ROLE,
  LABEL_RUN_ID,
  LABEL_TEST,
  LABEL_VERSION,
  LABEL_WORKSPACE,
  type LabelSelector,
} from '../runtime/labels.ts'
import type { Environment } from '../platform/host.ts'

/** What something is to its run. */
export type RunRole = 'main' | 'sidecar' | 'guard' | 'volume' | 'network'

/** Labels of a run's own containers, networks and volumes. */
export function runLabels(options: {
  homeId: string
  runId: string
  role: RunRole
  version: string
  env: Environment
}): ContainerLabels {
  return {
    ...sharedLabels(options),
    [LABEL_RUN_ID]: options.runId,
    [LABEL_ROLE]: options.role,
    ...testLabel(options.env),
  }
}

/** Labels of a project's home volume, which belongs to no run. */
export function homeLabels(options: {
  homeId: string
  workspace: string
  version: string
  env: Environment
}): ContainerLabels {
  return {
    ...sharedLabels(options),
    [LABEL_ROLE]: 'home',
    [LABEL_WORKSPACE]: options.workspace,
    ...testLabel(options.env),
  }
}

/** Of what a test makes on an engine; empty for everybody else. */
function testLabel(env: Environment): ContainerLabels {
  const test = env['AGENT_TEST_ID']
  return test === undefined || test === '' ? {} : { [LABEL_TEST]: test }
}

/** Home volumes of this state folder's projects. */
export function selectHomes(homeId: string): LabelSelector {
  return { [LABEL_HOME]: homeId, [LABEL_ROLE]: 'home' }
}

/** Labels of what all runs of an engine share, other state folders' too: it stays when a run or a test ends. */
export function sharedLabels(options: { homeId: string; version: string }): ContainerLabels {
  return { [LABEL_HOME]: options.homeId, [LABEL_VERSION]: options.version }
}

/** The container that is the run. */
export function selectMain(homeId: string, runId: string): LabelSelector {
  return { ...selectRun(homeId, runId), [LABEL_ROLE]: 'main' }
}

/** Everything of one run. */
export function selectRun(homeId: string, runId: string): LabelSelector {
  return { [LABEL_HOME]: homeId, [LABEL_RUN_ID]: runId }
}

/** Everything of this state folder. */
export function selectHome(homeId: string): LabelSelector {
  return { [LABEL_HOME]: homeId, [LABEL_RUN_ID]: undefined }
}
