import { homedir } from 'node:os'

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
    homeDir: env['HOME'] ?? homedir(),
    platform: process.platform,
    arch: process.arch,
    uid: process.geteuid?.() ?? -1,
    gid: process.getegid?.() ?? -1,
  }
}
