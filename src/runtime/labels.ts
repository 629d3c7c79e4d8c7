/**
 * Labels that every container, network and volume of ours carries, so that leaks can be found by
 * labels as well as by rows. Shared things (images, the common network) carry all but the run id.
 */
export const LABEL_HOME = 'agentops.home'
export const LABEL_RUN_ID = 'agentops.run-id'
export const LABEL_ROLE = 'agentops.role'
export const LABEL_VERSION = 'agentops.version'
/** Real path of the project that a home volume belongs to. */
export const LABEL_WORKSPACE = 'agentops.workspace'
/** Set on everything a test makes. */
export const LABEL_TEST = 'agentops.test'

export type ContainerLabels = Readonly<Record<string, string>>

/** Labels with the values they must have; an undefined value asks only that the label is there. */
export type LabelSelector = Readonly<Record<string, string | undefined>>

/** Whether these labels are what a selector asks for. */
export function isSelected(
  selector: LabelSelector,
  labels: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(selector).every(([name, value]) =>
    value === undefined ? Object.hasOwn(labels, name) : labels[name] === value,
  )
}
