import { execFileSync } from 'node:child_process'
import { expect, test } from 'bun:test'
import { shellWord } from '../../../src/lib/shell-word.ts'

test('a shell reads a word back as it was, and plain ones have no quotes', () => {
  const words = ['a', '/my projects/x', "it's", '$HOME `id`', '', '*', '"', 'a\nb', '~', 'ünï']
  const line = words.map(shellWord).join(' ')
  const read = execFileSync('sh', ['-c', `printf '%s\\0' ${line}`]).toString()
  expect(read.split('\0').slice(0, -1)).toEqual(words)
  expect(shellWord('/home/me/shop-2.0')).toBe('/home/me/shop-2.0')
})
