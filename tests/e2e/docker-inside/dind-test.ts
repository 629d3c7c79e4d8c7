import { BUILDKIT_IMAGE } from '../../../src/run/buildkit-sidecar.ts'
import { dockerReference } from '../../../src/image/docker-mode.ts'
import { engineTest, skippedTest } from '../../engine/test-engine.ts'
import { docker } from '../support/agent-home.ts'

/** What an image has to be built from, and pulled, before the first run with an engine of its own. */
const LIMIT_MS = 300_000

/** Why no run here can have an engine of its own; undefined when one can. */
async function obstacle(): Promise<string | undefined> {
  if (process.env['AGENT_TEST_DOCKER_HOST'] === undefined) return undefined
  for (const image of [BUILDKIT_IMAGE, dockerReference('dind')]) {
    const isHere = await docker(['image', 'inspect', image]).then(
      () => true,
      () => false,
    )
    if (isHere) continue
    const isPulled = await docker(['pull', '--quiet', image]).then(
      () => true,
      () => false,
    )
    if (!isPulled) return `the engine cannot have the image ${image}`
  }
  return undefined
}

const reason = await obstacle()

/** A test that needs an engine on which docker:dind can be. */
export function dindTest(name: string, run: () => Promise<void>): void {
  if (reason === undefined) engineTest(name, run, LIMIT_MS)
  else skippedTest(name, reason)
}

/** The least of a project with docker:dind. */
export const DIND = { 'agent.yaml': 'dependencies: [docker:dind]\n' }

/** An image of one program that is static and in every image with docker:dind. */
export const INIT_IMAGE = {
  Dockerfile:
    'FROM scratch\nCOPY docker-init /init\nRUN ["/init", "--version"]\nCMD ["/init", "--version"]\n',
}

/** Builds it, says how many images there are, and runs it. */
export const BUILD_AND_RUN = `set -e
cp /usr/local/bin/docker-init .
docker build --quiet --tag inner .
docker images --quiet | wc -l
docker run --rm inner`
