import { afterAll, describe, test } from 'bun:test'

import { isOlder } from '../../../src/docker/api-version.ts'
import { connectDocker } from '../../../src/docker/connect-docker.ts'
import type { ContainerRuntime } from '../../../src/runtime/container-runtime.ts'
import { engineTest, skippedTest, testEngine, testLabels } from '../../engine/test-engine.ts'
import { InMemoryRuntime } from '../../fakes/in-memory-runtime.ts'
import { execCases } from './exec-cases.ts'
import { lifecycleCases } from './lifecycle-cases.ts'
import { listingCases } from './listing-cases.ts'
import { refusalCases } from './refusal-cases.ts'
import { EmbeddedBed } from '../../integration/embedded/embedded-bed.ts'
import { APPLE_VERSIONS, AppleBed } from '../../support/apple/apple-bed.ts'
import { standInTest } from '../../support/apple/stand-in-test.ts'
import { embeddedTest } from '../../support/embedded-test.ts'
import { RuntimeBench, type RuntimeCase } from './runtime-bench.ts'
import { imageCases, networkCases, privilegeCases, volumeCases } from './store-cases.ts'
import { streamCases } from './stream-cases.ts'

/** What is promised of every runtime, by subject. */
const contract: Readonly<Record<string, readonly RuntimeCase[]>> = {
  'life cycle': lifecycleCases,
  refusals: refusalCases,
  streams: streamCases,
  exec: execCases,
  'lists and events': listingCases,
  images: imageCases,
  networks: networkCases,
  volumes: volumeCases,
  privileges: privilegeCases,
}

/** One implementation. A new one is a new entry of the table below. */
type Subject = {
  name: string
  test: (name: string, run: () => Promise<void>, timeoutMs: number) => void
  open: () => Promise<ContainerRuntime>
  /** Cases, or whole subjects, that do not hold here, each with its reason. */
  gaps: Readonly<Record<string, string>>
}

function openDocker(): Promise<ContainerRuntime> {
  const { dockerHost: endpoint } = testEngine()
  return connectDocker({ endpoint, env: process.env, home: '/nonexistent' })
}

async function dockerGaps(): Promise<Subject['gaps']> {
  if (process.env['AGENT_TEST_DOCKER_HOST'] === undefined) return {}
  const { apiVersion = '' } = await (await openDocker()).ping()
  if (!isOlder(apiVersion, '1.42')) return {}
  return {
    'a terminal has its size from its first moment on': `Engine API ${apiVersion} has no ConsoleSize`,
  }
}

const SEEN_WITH_ANOTHER = 'no JSON is read for it; it is seen with the other version'
const OF_EVERY_VERSION = {
  refusals: SEEN_WITH_ANOTHER,
  streams: SEEN_WITH_ANOTHER,
  exec: SEEN_WITH_ANOTHER,
}

/** Apple's program runs on Macs alone; elsewhere a stand-in of two of its versions. */
const appleSubjects = APPLE_VERSIONS.map((version): Subject => {
  let bed: AppleBed | undefined
  afterAll(() => bed?.[Symbol.asyncDispose]())
  return {
    name: `Apple container ${version}`,
    test: standInTest,
    open: async () => (bed ??= new AppleBed(version)).runtime,
    gaps: {
      networks: 'its networks do not keep containers apart, so we make none',
      volumes: 'none of ours',
      privileges: 'a container cannot be privileged: it is a virtual machine of its own',
      'environment, folder, host name, and user are as asked for':
        '`container create` takes no host name: it is the name of the container',
      'limits of memory, processors and processes hold':
        'the stand-in has no virtual machine that would limit anything',
      ...(version === APPLE_VERSIONS.at(-1) ? {} : OF_EVERY_VERSION),
    },
  }
})

let embeddedBed: EmbeddedBed | undefined
afterAll(() => embeddedBed?.[Symbol.asyncDispose]())

const subjects: readonly Subject[] = [
  {
    name: 'in memory',
    test,
    open: async () => new InMemoryRuntime(),
    gaps: {
      'a container is found by the further names it has on its network':
        'its containers have no network to speak of',
      'what a container writes to a volume is there for the next one':
        'its containers have no file system',
      privileges: 'its containers have none to give',
      'limits of memory, processors and processes hold': 'its containers are no processes',
    },
  },
  {
    name: 'Docker',
    test: engineTest,
    open: openDocker,
    gaps: await dockerGaps(),
  },
  {
    name: 'embedded',
    test: embeddedTest,
    open: async () => (embeddedBed ??= new EmbeddedBed()).runtime,
    gaps: {
      images: 'it has none: commands run on the system of this machine',
      networks: 'each container has a network of its own',
      volumes: 'it has none',
      privileges: 'nothing on it has any, which is what it is for',
      'limits of memory, processors and processes hold': 'without an engine nothing limits them',
      'an image that is not here is told apart, and named': 'it has no images',
      "it has a user that is not the container's":
        'a container has one user id, which is all that can be had without privileges',
    },
  },
  ...appleSubjects,
]

for (const subject of subjects) {
  for (const [about, cases] of Object.entries(contract)) {
    describe(`${subject.name}: ${about}`, () => {
      for (const { name, run } of cases) {
        const gap = subject.gaps[name] ?? subject.gaps[about]
        if (gap !== undefined) skippedTest(name, gap)
        else subject.test(name, () => runCase(subject, run), 60_000)
      }
    })
  }
}

async function runCase(subject: Subject, run: RuntimeCase['run']): Promise<void> {
  await using bench = new RuntimeBench(await subject.open(), testLabels())
  await run(bench)
}
