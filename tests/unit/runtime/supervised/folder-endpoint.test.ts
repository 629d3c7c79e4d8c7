import { expect, test } from 'bun:test'
import {
  folderEndpoint,
  folderOfEndpoint,
} from '../../../../src/runtime/supervised/folder-endpoint.ts'

test('an endpoint names a folder, and nothing else is one', () => {
  const endpoint = folderEndpoint('embedded', '/home/a b/embedded')
  expect(endpoint).toBe('embedded:///home/a b/embedded')
  expect(folderOfEndpoint('embedded', endpoint)).toBe('/home/a b/embedded')
  for (const other of [folderEndpoint('apple', '/a'), 'embedded://a', '/a', ''])
    expect(() => folderOfEndpoint('embedded', other)).toThrow('no endpoint of the embedded runtime')
})
