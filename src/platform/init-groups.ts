declare global {
  namespace NodeJS {
    interface Process {
      initgroups?(user: string, extraGroup: number): void
    }
  }
}

/** initgroups(3): has this process be in `group` and the groups of `user`, and in no others. */
export function initGroups(user: string, group: number): void {
  process.initgroups?.(user, group)
}
