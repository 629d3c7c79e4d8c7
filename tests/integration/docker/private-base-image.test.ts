import { expect } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { connectDocker } from '../../../src/docker/connect-docker.ts'
import { engineTest, skippedTest, testEngine, testLabels } from '../../engine/test-engine.ts'
import { PrivateRegistry, registryObstacle } from '../../support/private-registry.ts'
import { rejectionOf } from '../../support/rejection-of.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const name = 'the classic builder pulls a private base image with the login of config.json'
const obstacle = registryObstacle()

if (obstacle !== undefined && process.env['AGENT_TEST_DOCKER_HOST'] !== undefined)
  skippedTest(name, obstacle)
else
  engineTest(name, async () => {
    await using registry = await PrivateRegistry.start()
    const image = await registry.publish('busybox', 'team/base:1')
    const build = async (config: object): Promise<string> => {
      using folder = temporaryFolder()
      writeFileSync(join(folder.path, 'config.json'), JSON.stringify(config))
      const env = { DOCKER_CONFIG: folder.path }
      const runtime = await connectDocker({ endpoint: testEngine().dockerHost, env, home: '/none' })
      let output = ''
      await runtime.builder.build(
        {
          dockerfile: `FROM ${image}\nRUN echo built\n`,
          labels: testLabels(),
          noCache: true,
          output: { exporter: 'none' },
        },
        {
          onProgress: (event) => {
            if (event.kind === 'log') output += Buffer.from(event.bytes).toString()
          },
          signal: AbortSignal.timeout(20_000),
        },
      )
      return output
    }
    for (const config of [{}, registry.auths('wrong')])
      expect(await rejectionOf(build(config))).toMatchObject({
        image,
        fixes: [`docker login ${registry.host}`],
      })
    expect(await build(registry.auths())).toContain('built\n')
  })
