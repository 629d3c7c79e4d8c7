import { expect, test } from 'bun:test'
import { daemonEnv } from '../../../src/daemon/daemon-env.ts'
import { statePaths } from '../../../src/platform/state-paths.ts'

const PATHS = statePaths({ env: {}, homeDir: '/home/me', uid: 1000 })

test('the background process learns where the state is, and nothing of what a command was told', () => {
  const env = daemonEnv(
    {
      PATH: '/usr/bin',
      HOME: '/home/me',
      LANG: 'de_DE.UTF-8',
      TZ: 'UTC',
      SSH_AUTH_SOCK: '/run/ssh',
      DOCKER_CONFIG: '/home/me/.docker',
      XDG_RUNTIME_DIR: '/run/user/1000',
      AGENTOPS_DAEMON_IDLE: '1',
      // Of one command alone: another engine, port, runtime, sandbox.
      DOCKER_HOST: 'tcp://elsewhere',
      DOCKER_CONTEXT: 'other',
      AGENTOPS_PROXY_PORT: '1234',
      AGENTOPS_RUNTIME: 'apple',
      AGENTOPS_NO_SANDBOX: '1',
      // Secrets, and what changes how programs start.
      AWS_SECRET_ACCESS_KEY: 'secret',
      GITHUB_TOKEN: 'secret',
      BUN_OPTIONS: '--preload ./evil.ts',
      BUN_BE_BUN: '1',
      NODE_OPTIONS: '--require ./evil.js',
      LD_PRELOAD: '/tmp/evil.so',
      AGENT_FAULT: 'claimed',
    },
    PATHS,
  )
  expect(env).toEqual({
    AGENTOPS_HOME: '/home/me/.agentops',
    PATH: '/usr/bin',
    HOME: '/home/me',
    LANG: 'de_DE.UTF-8',
    TZ: 'UTC',
    SSH_AUTH_SOCK: '/run/ssh',
    DOCKER_CONFIG: '/home/me/.docker',
    XDG_RUNTIME_DIR: '/run/user/1000',
    AGENTOPS_DAEMON_IDLE: '1',
  })
})

test('it is told the very state folder, even by a command that had a relative one', () => {
  const paths = statePaths({ env: { AGENTOPS_HOME: 'here' }, homeDir: '/home/me', uid: 1000 })
  const env = daemonEnv({ AGENTOPS_HOME: 'here' }, paths)
  expect(env['AGENTOPS_HOME']).toBe(paths.dir)
  expect(paths.dir).toStartWith('/')
})
