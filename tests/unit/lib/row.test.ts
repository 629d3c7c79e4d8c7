import { describe, expect, test } from 'bun:test'
import { DecodeError, Row } from '../../../src/lib/row.ts'

const row = new Row('runs', { name: 'myapp', port: 80, keep: 1, ended: null, plan: '{"a":1}' })

function isWord(text: string): text is 'myapp' {
  return text === 'myapp'
}

describe('a row', () => {
  test('gives its columns by type', () => {
    expect(row.text('name')).toBe('myapp')
    expect(row.integer('port')).toBe(80)
    expect(row.flag('keep')).toBe(true)
    expect(row.json('plan')).toEqual({ a: 1 })
    expect(row.oneOf('name', isWord)).toBe('myapp')
    expect(row.optionalText('name')).toBe('myapp')
    expect(row.optionalInteger('port')).toBe(80)
  })

  test('reads NULL as undefined', () => {
    expect(row.optionalText('ended')).toBeUndefined()
    expect(row.optionalInteger('ended')).toBeUndefined()
  })

  test.each([
    ['a text where a number should be', () => row.integer('name')],
    ['a number where a text should be', () => row.text('port')],
    ['a number that is no flag', () => row.flag('port')],
    ['NULL where a value should be', () => row.text('ended')],
    ['a column that was not selected', () => row.optionalText('image')],
    ['a text that is not JSON', () => row.json('name')],
    ['a fraction', () => new Row('runs', { port: 1.5 }).integer('port')],
    ['a word that is not known', () => new Row('runs', { name: 'other' }).oneOf('name', isWord)],
    ['something that is no row', () => new Row('runs', undefined)],
  ])('refuses %s', (_, read) => {
    expect(read).toThrow(DecodeError)
  })

  test('names table and column, and cuts the value', () => {
    const long = new Row('runs', { port: 'x'.repeat(500) })
    expect(() => long.integer('port')).toThrow(
      `runs.port should be an integer and is "${'x'.repeat(40)}"`,
    )
  })
})
