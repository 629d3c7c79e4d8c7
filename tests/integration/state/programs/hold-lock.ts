// hold-lock PATH [child]: takes the lock, starts a child that outlives us if asked, and stays until it is killed.
import { spawn } from 'node:child_process'
import { tryLock } from '../../../../src/platform/file-lock.ts'

const [path = '', child] = process.argv.slice(2)
const lock = tryLock(path)
const sleeper =
  child === undefined ? undefined : spawn('sleep', ['60'], { stdio: 'ignore', detached: true })
console.log(lock === undefined ? 'refused' : `held ${sleeper?.pid ?? ''}`)
setInterval(() => lock?.path, 60_000)
