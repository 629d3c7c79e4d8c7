import { describe, expect, test } from 'bun:test'
import {
  type EnvEntry,
  parseEnvFile,
  parseEnvFlag,
  resolveEnv,
} from '../../../src/config/env-entry.ts'
import { reportOf, valueOf } from './reading.ts'

describe('--env', () => {
  test.each<[string, EnvEntry]>([
    ['A=b', { kind: 'value', name: 'A', value: 'b' }],
    ['A=', { kind: 'value', name: 'A', value: '' }],
    ['A=b=c', { kind: 'value', name: 'A', value: 'b=c' }],
    ['A= "x"\n', { kind: 'value', name: 'A', value: ' "x"\n' }],
    ['A', { kind: 'inherited', name: 'A' }],
    [
      'npm_config_@scope:registry=x',
      { kind: 'value', name: 'npm_config_@scope:registry', value: 'x' },
    ],
    ['AGENTOPS_HOME=/x', { kind: 'value', name: 'AGENTOPS_HOME', value: '/x' }],
  ])('%j', (text, entry) => {
    expect(parseEnvFlag(text)).toEqual({ ok: true, value: entry })
  })

  test.each([
    ['', 'a variable has an empty name'],
    ['=x', 'a variable has an empty name'],
    ['A B=hunter2', 'variable name "A B" holds a character that names cannot have'],
    ['AGENTOPS_RUN_ID=hunter2', 'variable "AGENTOPS_RUN_ID" is set by agent in every run'],
    ['A=hunter2\0', 'the value of "A" holds a NUL character'],
  ])('%j is refused without showing the value', (text, what) => {
    expect(parseEnvFlag(text)).toMatchObject({ ok: false, what })
  })
})

describe('--env-file', () => {
  test('is read as docker reads it', () => {
    const text = '\ufeff# comment\n\n  A=1\r\nB="q" # kept \n\tC\n  # comment\nD=\nE=a=b'
    expect(valueOf(parseEnvFile(text, 'vars.env'))).toEqual([
      { kind: 'value', name: 'A', value: '1' },
      { kind: 'value', name: 'B', value: '"q" # kept ' },
      { kind: 'inherited', name: 'C' },
      { kind: 'value', name: 'D', value: '' },
      { kind: 'value', name: 'E', value: 'a=b' },
    ])
  })

  test('every bad line is told with its place', () => {
    expect(reportOf(parseEnvFile('A=1\nexport B=2\n  =3\n', 'vars.env'))).toEqual([
      'vars.env:2:1: variable name "export B" holds a character that names cannot have | write NAME=value',
      'vars.env:3:3: a variable has an empty name | write NAME=value',
    ])
  })
})

test('later entries win, and names the caller has no value for are told', () => {
  const entries: EnvEntry[] = [
    { kind: 'value', name: 'A', value: '1' },
    { kind: 'inherited', name: 'B' },
    { kind: 'inherited', name: 'constructor' },
    { kind: 'inherited', name: 'Z' },
    { kind: 'value', name: 'A', value: '2' },
    { kind: 'value', name: '__proto__', value: '3' },
  ]
  const { env, missing } = resolveEnv(entries, { B: 'b' })
  expect(Object.entries(env)).toEqual([
    ['A', '2'],
    ['B', 'b'],
    ['__proto__', '3'],
  ])
  expect(missing).toEqual(['Z', 'constructor'])
})
