import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { runRoot } from './engine-paths.ts'

const file = join(runRoot, '.machine-before.json')
const ipForward = '/proc/sys/net/ipv4/ip_forward'

/** Folders that dockerd, containerd and their shims make whatever they are told, and that no engine owns alone. */
const sharedFolders = ['/etc/docker', '/opt/containerd', '/run/containerd', '/run/docker']

const machineBefore = z.object({ forwarded: z.boolean(), absentFolders: z.array(z.string()) })

/** Turns forwarding on for the first engine, and notes what of this machine is to be put back after the last one. */
export async function prepareMachine(): Promise<void> {
  if (existsSync(file)) return
  const forwarded = (await readFile(ipForward, 'utf8')).trim() !== '0'
  const absentFolders = sharedFolders.filter((folder) => !existsSync(folder))
  await writeFile(file, JSON.stringify({ forwarded, absentFolders }))
  if (!forwarded) await writeFile(ipForward, '1')
}

/** Undoes what `prepareMachine` and the engines did to the machine as a whole. Only for when no engine is left. */
export async function restoreMachine(): Promise<void> {
  if (!existsSync(file)) return
  const before = machineBefore.parse(JSON.parse(await readFile(file, 'utf8')))
  if (!before.forwarded) await writeFile(ipForward, '0')
  for (const folder of before.absentFolders) await rm(folder, { recursive: true, force: true })
  await rm(file)
}
