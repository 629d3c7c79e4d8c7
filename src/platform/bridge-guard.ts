import { readSync, writeSync } from 'node:fs'
import { constants } from 'node:os'
import { checked, openLibc } from './libc.ts'
import {
  attribute,
  decodeAcknowledgements,
  encodeMessage,
  nested,
  type NetfilterMessage,
  number,
  text,
} from './netlink-message.ts'
import {
  cameInBy,
  type Expression,
  goesOutBy,
  isReply,
  isTcpTo,
  verdict,
} from './nft-expressions.ts'

/** What a bridge of this machine may be used for. */
export type BridgeGuard = {
  /** Of the nftables table that holds the rules, and nothing else. */
  table: string
  /** The bridge's interface; it need not be there yet. */
  bridge: string
  /** IPv4 address of this machine on the bridge, and the TCP ports there that may be reached from it. */
  gateway: string
  ports: readonly number[]
}

/**
 * Closes a bridge of this machine, in the network namespace we are in: what comes in by it reaches these ports and answers
 * connections made to it; nothing is forwarded from or to it, over IPv4 or IPv6. All at once, in a table of its own, which
 * nobody who writes firewalls anew (an engine, firewalld, ufw) touches; one of that name is replaced. Needs NET_ADMIN.
 * @throws an error whose message names what the kernel refused
 */
export function installGuard({ table, bridge, gateway, ports }: BridgeGuard): void {
  const rule = (chain: string, ...expressions: readonly Expression[]): NetfilterMessage =>
    ruleMessage(table, chain, expressions)
  const { prerouting, forward } = CHAINS
  send([
    ...withoutTable(table),
    tableMessage(NEW_TABLE, CREATE, table),
    chainMessage(table, prerouting),
    chainMessage(table, forward),
    rule(prerouting.name, ...cameInBy(bridge), ...isReply(), verdict('accept')),
    ...ports.map((port) =>
      rule(prerouting.name, ...cameInBy(bridge), ...isTcpTo(gateway, port), verdict('accept')),
    ),
    rule(prerouting.name, ...cameInBy(bridge), verdict('drop')),
    rule(forward.name, ...cameInBy(bridge), verdict('drop')),
    rule(forward.name, ...goesOutBy(bridge), verdict('drop')),
  ])
}

/** Removes the rules of {@link installGuard}; none there is fine. */
export function liftGuard(table: string): void {
  send(withoutTable(table))
}

type Chain = { name: string; hook: number; priority: number }

/** Before addresses are translated (-100), after connections are known (-200); and where nothing passes anyway. */
const CHAINS = {
  prerouting: { name: 'prerouting', hook: 0, priority: -150 },
  forward: { name: 'forward', hook: 2, priority: -150 },
} as const

const FAMILY_INET = 1
const SUBSYSTEM = 10
const NEW_TABLE = 0
const DELETE_TABLE = 2
const NEW_CHAIN = 3
const NEW_RULE = 6
const REQUEST = 1
const ACKNOWLEDGE = 4
const CREATE = 0x400
const APPEND = 0x800
const BATCH_BEGIN = 0x10
const BATCH_END = 0x11
const AF_NETLINK = 16
const SOCK_RAW_CLOEXEC = 3 | 0o2000000
const NETLINK_NETFILTER = 12

function withoutTable(table: string): NetfilterMessage[] {
  // Deleting one that is not there would be an error; making one that is there is none.
  return [tableMessage(NEW_TABLE, CREATE, table), tableMessage(DELETE_TABLE, 0, table)]
}

function tableMessage(kind: number, flags: number, table: string): NetfilterMessage {
  return nftMessage(kind, flags, attribute(1, text(table)))
}

function chainMessage(table: string, { name, hook, priority }: Chain): NetfilterMessage {
  return nftMessage(
    NEW_CHAIN,
    CREATE,
    attribute(1, text(table)),
    attribute(3, text(name)),
    nested(4, attribute(1, number(hook)), attribute(2, number(priority))),
    attribute(7, text('filter')),
  )
}

function ruleMessage(
  table: string,
  chain: string,
  expressions: readonly Expression[],
): NetfilterMessage {
  return nftMessage(
    NEW_RULE,
    CREATE | APPEND,
    attribute(1, text(table)),
    attribute(2, text(chain)),
    nested(4, ...expressions),
  )
}

function nftMessage(
  kind: number,
  flags: number,
  ...attributes: readonly Buffer[]
): NetfilterMessage {
  const type = (SUBSYSTEM << 8) | kind
  const all = REQUEST | ACKNOWLEDGE | flags
  return { type, flags: all, family: FAMILY_INET, resource: 0, attributes }
}

/** One transaction: all of it, or nothing and an error. */
function send(messages: readonly NetfilterMessage[]): void {
  const edge = { flags: REQUEST, family: 0, resource: SUBSYSTEM, attributes: [] }
  const batch = [{ ...edge, type: BATCH_BEGIN }, ...messages, { ...edge, type: BATCH_END }]
  const libc = openLibc()
  const socket = checked(
    libc,
    libc.socket(AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_NETFILTER),
    'a socket to netfilter',
  )
  try {
    writeSync(socket, Buffer.concat(batch.map(encodeMessage)))
    // The kernel has answered by the time the write returns.
    const answer = Buffer.alloc(8192)
    for (let last = 0; last < messages.length;) {
      const length = readSync(socket, answer)
      const answers = decodeAcknowledgements(answer.subarray(0, length))
      const refusal = answers.find(({ errorNumber }) => errorNumber !== 0)
      if (refusal !== undefined) throw refused(refusal.errorNumber)
      last = Math.max(last, ...answers.map(({ sequence }) => sequence))
    }
  } finally {
    libc.close(socket)
  }
}

function refused(errorNumber: number): Error {
  const known = Object.entries(constants.errno).find(([, value]) => value === errorNumber)
  return new Error(`the kernel refused the nftables rules: ${known?.[0] ?? `error ${errorNumber}`}`)
}
