import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { type ImageReference, parseImageReference } from '../../../src/lib/image-reference.ts'

const digest = `sha256:${'0a'.repeat(32)}`

describe('an image reference', () => {
  test.each<[string, ImageReference]>([
    ['debian', { path: 'debian' }],
    ['debian:bookworm-slim', { path: 'debian', tag: 'bookworm-slim' }],
    ['library/debian', { path: 'library/debian' }],
    ['ghcr.io/owner/name:1.2', { registry: 'ghcr.io', path: 'owner/name', tag: '1.2' }],
    ['localhost/x', { registry: 'localhost', path: 'x' }],
    ['127.0.0.1:5000/x', { registry: '127.0.0.1:5000', path: 'x' }],
    ['[::1]:5000/x:y', { registry: '[::1]:5000', path: 'x', tag: 'y' }],
    ['Registry/x', { registry: 'Registry', path: 'x' }],
    [`debian@${digest}`, { path: 'debian', digest }],
    [`a.b/c__d/e-f:T_1@${digest}`, { registry: 'a.b', path: 'c__d/e-f', tag: 'T_1', digest }],
  ])('%s', (text, parts) => {
    expect(parseImageReference(text)).toEqual({ ok: true, value: parts })
  })

  test.each([
    ['', 'it has no name'],
    [':tag', 'it has no name'],
    ['Debian', '"Debian" has upper-case letters'],
    ['debian:', 'the tag "" is none'],
    ['debian:a b', 'the tag "a b" is none'],
    ['a//b', 'a part of its name is empty'],
    ['a/', 'a part of its name is empty'],
    ['-a', '"-a" cannot be part of a name'],
    ['http://x/y', 'the registry "http:" is not a host'],
    ['debian@sha256:12', 'the digest "sha256:12" is not sha256: and 64 hexadecimal digits'],
    [`a@${digest}@${digest}`, 'it has two digests'],
    ['a'.repeat(256), 'its name has more than 255 characters'],
  ])('%.40s is none', (text, why) => {
    const result = parseImageReference(text)
    expect(result.ok ? '' : result.what).toEndWith(`is not an image reference: ${why}`)
  })

  test('is either read completely or refused', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-zA-Z0-9.:/@_[\]-]{0,40}$/), (text) => {
        const result = parseImageReference(text)
        if (!result.ok) return
        const { registry, path, tag, digest: hash } = result.value
        const name = registry === undefined ? path : `${registry}/${path}`
        const tagged = tag === undefined ? name : `${name}:${tag}`
        expect(hash === undefined ? tagged : `${tagged}@${hash}`).toBe(text)
      }),
    )
  })
})
