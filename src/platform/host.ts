import { userInfo } from 'node:os'
import { isAbsolute } from 'node:path'

export type Environment = Readonly<Record<string, string | undefined>>

/** What the operating system told this process at start; passed down so that nothing below reads globals. */
export type Host = {
  env: Environment
  cwd: string
  homeDir: string
  platform: NodeJS.Platform
  arch: string
  /** Effective user and group id; -1 where the system has none. */
  uid: number
  gid: number
}

export function currentHost(): Host {
  const env = process.env
  return {
    env,
    cwd: process.cwd(),
    homeDir: homeOf(env),
    platform: process.platform,
    arch: process.arch,
    uid: process.geteuid?.() ?? -1,
    gid: process.getegid?.() ?? -1,
  }
}

/** `HOME`, and the account's own folder where that says nothing: a relative one would follow the current folder. */
function homeOf(env: Environment): string {
  const home = env['HOME'] ?? ''
  const found = isAbsolute(home) ? home : accountHome()
  // Where even that is not to be had, AGENTOPS_HOME can still say where the state is.
  return isAbsolute(found) ? found : '/'
}

function accountHome(): string {
  try {
    return userInfo().homedir
  } catch {
    // A uid without an account, as in some containers.
    return ''
  }
}
