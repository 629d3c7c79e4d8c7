import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { isWithin, parseMount, resolveMountSource } from '../../../src/config/mount.ts'

describe('a mount', () => {
  test.each([
    ['./data:/data', './data', '/data', false],
    ['data:/data:ro', 'data', '/data', true],
    ['/a b:/c:rw', '/a b', '/c', false],
    ['~/x:/workspace/cache/../y/', '~/x', '/workspace/y', false],
    ['~:/home/me', '~', '/home/me', false],
    ['x:/devices', 'x', '/devices', false],
  ])('%s', (text, source, target, readonly) => {
    expect(parseMount(text)).toEqual({ ok: true, value: { source, target, readonly } })
  })

  test.each([
    ['/data', 'has no target'],
    [':/data', 'has an empty source'],
    ['a:', 'is not absolute'],
    ['a:b', 'is not absolute'],
    ['a:/b:rx', 'has the unknown option "rx"'],
    ['a:/b:ro:z', 'has too many colons'],
    ['a:/', 'is the whole container'],
    ['a:/x/..', 'is the whole container'],
    ['a:/workspace/', 'is where the project itself is'],
    ['a:/x/../workspace', 'is where the project itself is'],
    ['a:/proc', 'is in /proc, which belongs to the kernel'],
    ['a:/sys/fs', 'is in /sys, which belongs to the kernel'],
    ['a:/dev/../dev/shm', 'is in /dev, which belongs to the kernel'],
    ['~root/x:/y', 'means the home folder of another user'],
    ['a\0b:/c', 'holds a NUL character'],
  ])('%j is none: it %s', (text, why) => {
    const result = parseMount(text)
    expect(result.ok ? '' : result.what).toEndWith(why)
  })

  test('a target is never one that would cover the project or the kernel', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[/.a-z]{1,20}$/), (target) => {
        const result = parseMount(`x:/${target}`)
        if (!result.ok) return
        expect(result.value.target).toMatch(/^\/[^/].*[^/]$|^\/[^/]$/)
        expect(['/', '/workspace', '/proc', '/sys', '/dev']).not.toContain(result.value.target)
      }),
    )
  })
})

test.each([
  ['./a', '/w/a'],
  ['../a', '/a'],
  ['a/../..', '/'],
  ['/a', '/a'],
  ['~', '/home/me'],
  ['~/a', '/home/me/a'],
  ['./~', '/w/~'],
])('source %s of the workspace /w is %s', (source, path) => {
  expect(resolveMountSource(source, { base: '/w', homeDir: '/home/me' })).toBe(path)
})

test('a folder holds itself and what is below it, not its namesakes', () => {
  expect(isWithin('/a', '/a')).toBe(true)
  expect(isWithin('/a/b', '/a')).toBe(true)
  expect(isWithin('/ab', '/a')).toBe(false)
  expect(isWithin('/a', '/')).toBe(true)
})
