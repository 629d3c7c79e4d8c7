import { afterAll, beforeAll } from 'bun:test'
import { SudoUser, sudoUserRefusal } from '../../engine/sudo-user.ts'
import { engineTest, skippedTest, testEngine } from '../../engine/test-engine.ts'
import { SudoHome } from './sudo-home.ts'

const refusal = sudoUserRefusal(process.env)

/** Defines the tests of a file that need a user with sudo; the user is there from the first of them to the last. */
export function sudoSuite(define: (test: SudoTest) => void): void {
  let user: SudoUser | undefined
  const canRun = refusal === undefined && process.env['AGENT_TEST_DOCKER_HOST'] !== undefined
  if (canRun) {
    beforeAll(async () => {
      const { binary, dockerHost } = testEngine()
      if (binary === undefined) throw new Error('AGENT_TEST_BINARY is not set')
      const [, socket] = /^unix:\/\/(.*)$/.exec(dockerHost) ?? []
      user = await SudoUser.create({ binary, socket, env: process.env })
    }, 10 * 60_000)
    afterAll(async () => user?.[Symbol.asyncDispose](), 5 * 60_000)
  }
  define((name, run) => {
    if (refusal !== undefined) return skippedTest(name, refusal)
    const withHome = async (): Promise<void> => {
      if (user === undefined) throw new Error('the user was not made')
      await using home = await SudoHome.open(user)
      await run(home)
    }
    engineTest(name, withHome, 120_000)
  })
}

type SudoTest = (name: string, run: (home: SudoHome) => Promise<void>) => void
