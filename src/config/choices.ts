export const SANDBOX_MODES = ['gvisor', 'auto', 'none'] as const
export const RUNTIME_KINDS = ['docker', 'apple', 'embedded'] as const
export const HOME_KINDS = ['ephemeral', 'persistent'] as const
export const NETWORK_POLICIES = ['permissive', 'strict'] as const
/** Who the command runs as: the caller's uid and gid, or what the image says. */
export const CONTAINER_USERS = ['host', 'image'] as const
/** Languages with an official image of their own, in the order of messages. */
export const LANGUAGES = ['node', 'python', 'go'] as const

export type SandboxMode = (typeof SANDBOX_MODES)[number]
export type RuntimeChoice = (typeof RUNTIME_KINDS)[number]
export type HomeKind = (typeof HOME_KINDS)[number]
export type NetworkPolicy = (typeof NETWORK_POLICIES)[number]
export type ContainerUser = (typeof CONTAINER_USERS)[number]
