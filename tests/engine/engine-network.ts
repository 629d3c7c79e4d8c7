import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import type { EnginePaths } from './engine-paths.ts'
import { run, succeeds, type RunOptions } from './run-command.ts'

/** The first N of 1..250 for which 10.213.N.0/24 is not on this machine. */
export function freeSubnet(addresses: string): number {
  const taken = new Set([...addresses.matchAll(/\b10\.213\.(\d+)\./g)].map((found) => found[1]))
  for (let subnet = 1; subnet <= 250; subnet += 1) {
    if (!taken.has(String(subnet))) return subnet
  }
  throw new Error('no free network 10.213.N.0/24 for a test engine')
}

/**
 * Makes the engine's network namespace, joined to the machine by a pair of interfaces and NAT, on a
 * network 10.213.N.0/24. Call it under a lock: the choice of N and the making are two steps.
 */
export async function setUpNetwork(paths: EnginePaths, options: RunOptions): Promise<void> {
  const subnet = freeSubnet(await run(['ip', '-4', 'addr'], options))
  const [near, far] = [`10.213.${subnet}.1`, `10.213.${subnet}.2`]
  await mkdir('/run/netns', { recursive: true })
  await writeFile(paths.netnsFile, '')
  // Not `ip netns add`: that turns /run/netns into a mount point, which stays.
  await run(['unshare', `--net=${paths.netnsFile}`, 'true'], options)
  const { hostInterface: host, peerInterface: peer, netns } = paths
  await run(
    ['ip', 'link', 'add', host, 'type', 'veth', 'peer', 'name', peer, 'netns', netns],
    options,
  )
  await run(['ip', 'addr', 'add', `${near}/24`, 'dev', host], options)
  await run(['ip', 'link', 'set', host, 'up'], options)
  await run(['ip', '-n', netns, 'addr', 'add', `${far}/24`, 'dev', peer], options)
  await run(['ip', '-n', netns, 'link', 'set', peer, 'up'], options)
  await run(['ip', '-n', netns, 'link', 'set', 'lo', 'up'], options)
  await run(['ip', '-n', netns, 'route', 'add', 'default', 'via', near], options)
  await run(['nft', '-f', '-'], { ...options, input: natRules(paths, subnet) })
}

/** A table of our own: taken down whole, and no rule of anybody else is touched. */
function natRules(paths: EnginePaths, subnet: number): string {
  return `table ip ${paths.nftTable} {
  chain translate {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr 10.213.${subnet}.0/24 oifname != "${paths.hostInterface}" masquerade
  }
}
`
}

/** Undoes `setUpNetwork`, whatever of it was done. */
export async function tearDownNetwork(paths: EnginePaths, options: RunOptions): Promise<void> {
  if (existsSync(`/sys/class/net/${paths.hostInterface}`)) {
    await run(['ip', 'link', 'delete', paths.hostInterface], options)
  }
  if (existsSync(paths.netnsFile)) {
    await succeeds(['umount', '-l', paths.netnsFile], options)
    await rm(paths.netnsFile, { force: true })
  }
  await succeeds(['nft', 'delete', 'table', 'ip', paths.nftTable], options)
}
