import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { formatDependency, type PackageManager } from '../../../src/config/dependency.ts'
import { ALIASES, CATALOGUE } from '../../../src/image/catalogue.ts'
import { recipeOf } from '../../../src/image/image-recipe.ts'
import { type ImageIdentity, imageTagOf } from '../../../src/image/image-tag.ts'
import { planOf } from './plans.ts'

const OPTIONS = {
  architecture: 'amd64',
  user: { uid: 1000, gid: 1001 },
  cacheMounts: false,
} as const

const names = [...CATALOGUE.keys()]
const languages = names.filter((name) => CATALOGUE.get(name)?.kind === 'base image')
const managers: readonly PackageManager[] = ['npm', 'pip', 'uv', 'cargo']

/** Dependencies that fit together: every language is among them, so nothing is missing. */
const dependencies = fc
  .tuple(
    fc.subarray(names),
    fc.uniqueArray(
      fc.record({
        kind: fc.constant('package' as const),
        manager: fc.constantFrom(...managers),
        name: fc.stringMatching(/^[a-z]{3,9}$/),
      }),
      { selector: (dependency) => formatDependency(dependency), maxLength: 5 },
    ),
  )
  .map(([chosen, packages]) => [
    ...new Set([...languages, ...chosen]),
    ...packages.map((dependency) => formatDependency(dependency)),
  ])

/** The same wishes in another order, some twice, some by another name. */
const spellings = dependencies.chain((texts) =>
  fc.record({
    texts: fc.constant(texts),
    others: fc
      .tuple(fc.subarray(texts), fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }))
      .chain(([doubles, renamed]) => {
        const all = [...texts, ...doubles].map((text, index) =>
          renamed[index % renamed.length] ? otherName(text) : text,
        )
        return fc.shuffledSubarray(all, { minLength: all.length })
      }),
  }),
)

function otherName(text: string): string {
  return [...ALIASES].find(([, name]) => name === text)?.[0] ?? text
}

describe('the recipe of an image', () => {
  test('does not depend on order, repetition and aliases', () => {
    fc.assert(
      fc.property(spellings, ({ texts, others }) => {
        expect(recipeOf(planOf(...others), OPTIONS)).toEqual(recipeOf(planOf(...texts), OPTIONS))
      }),
    )
  })

  test('has another tag with one dependency less', () => {
    fc.assert(
      fc.property(dependencies, fc.nat(), (texts, place) => {
        const tools = texts.filter((text) => !languages.includes(text))
        const left = tools.filter((_, index) => index !== place % Math.max(1, tools.length))
        const tag = recipeOf(planOf(...languages, ...tools), OPTIONS).tag
        const other = recipeOf(planOf(...languages, ...left), OPTIONS)
        const same = recipeOf(planOf(...texts), OPTIONS).dockerfile === other.dockerfile
        expect(other.tag === tag).toBe(same)
      }),
    )
  })

  test('has one tag, whoever builds it, and another for each user and architecture', () => {
    const plan = planOf('node', 'gh')
    const tags = [
      OPTIONS,
      { ...OPTIONS, cacheMounts: true },
      { ...OPTIONS, user: { uid: 1001, gid: 1001 } },
      { ...OPTIONS, user: { uid: 1000, gid: 1000 } },
      { ...OPTIONS, architecture: 'arm64' } as const,
    ].map((options) => recipeOf(plan, options).tag)
    expect(tags[0]).toMatch(/^agentops\/run:[0-9a-f]{16}$/)
    expect(tags[1]).toBe(tags[0] ?? '')
    expect(new Set(tags).size).toBe(4)
  })
})

const IDENTITY: ImageIdentity = {
  dockerfile: 'FROM a\n',
  buildArgs: { A: '1', B: '2' },
  baseReferences: ['a', 'b'],
  contextFiles: { 'x/y': 'text', z: '' },
  initScript: '#!/bin/sh\n',
  platform: 'linux/amd64',
  dockerMode: 'dind',
}

describe('the tag of an image', () => {
  test('does not depend on the order of maps', () => {
    const { buildArgs, contextFiles, baseReferences } = IDENTITY
    const turned = {
      ...IDENTITY,
      baseReferences: baseReferences.toReversed(),
      buildArgs: Object.fromEntries(Object.entries(buildArgs).toReversed()),
      contextFiles: Object.fromEntries(Object.entries(contextFiles).toReversed()),
    }
    expect(imageTagOf(turned)).toBe(imageTagOf(IDENTITY))
  })

  const { initScript: _script, ...withoutScript } = IDENTITY
  const { dockerMode: _mode, ...withoutMode } = IDENTITY
  test.each<[string, ImageIdentity]>([
    ['the Dockerfile', { ...IDENTITY, dockerfile: 'FROM a' }],
    ['the value of a build argument', { ...IDENTITY, buildArgs: { A: '1', B: '3' } }],
    ['a build argument more', { ...IDENTITY, buildArgs: { A: '1', B: '2', C: '' } }],
    ['a base reference', { ...IDENTITY, baseReferences: ['a'] }],
    ['the content of a context file', { ...IDENTITY, contextFiles: { 'x/y': 'text2', z: '' } }],
    ['the name of a context file', { ...IDENTITY, contextFiles: { 'x/z': 'text', z: '' } }],
    ['the init script', { ...IDENTITY, initScript: '#!/bin/sh' }],
    ['no init script', withoutScript],
    ['the platform', { ...IDENTITY, platform: 'linux/arm64' }],
    ['the docker mode', { ...IDENTITY, dockerMode: 'host' }],
    ['no docker mode', withoutMode],
  ])('is another with another %s', (_what, identity) => {
    expect(imageTagOf(identity)).not.toBe(imageTagOf(IDENTITY))
  })

  test('keeps apart what is next to each other', () => {
    const pair = fc.tuple(fc.string(), fc.string())
    fc.assert(
      fc.property(pair, pair, ([a, b], [c, d]) => {
        const left = imageTagOf({ ...IDENTITY, buildArgs: { [a]: b } })
        const right = imageTagOf({ ...IDENTITY, buildArgs: { [c]: d } })
        expect(left === right).toBe(a === c && b === d)
      }),
    )
  })
})
