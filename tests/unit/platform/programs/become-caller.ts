import { readFileSync } from 'node:fs'
import { currentHost } from '../../../../src/platform/host.ts'
import { becomeCaller, sudoCaller } from '../../../../src/platform/privileges.ts'

// As under sudo: becomes the user who typed it, then tells who it is, in every thread, and tries to go back.
const caller = sudoCaller(currentHost(), ['proxy', 'start'])
if (caller === undefined) throw new Error('not under sudo')
becomeCaller(caller)
const status = readFileSync('/proc/self/status', 'utf8')
const ids = (name: string): string => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? ''
let regained = true
try {
  process.setuid?.(0)
} catch {
  regained = false
}
console.log(
  JSON.stringify({
    uids: ids('Uid').split('\t'),
    gids: ids('Gid').split('\t'),
    groups: ids('Groups').trim(),
    home: process.env['HOME'],
    user: process.env['USER'],
    regained,
  }),
)
