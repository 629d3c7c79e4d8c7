import type { EgressPlace } from './strict-network.ts'

/**
 * The variables by which programs find an HTTP proxy at this address. Both spellings: curl reads
 * the lower-case `http_proxy` only, others the upper-case one. Node.js obeys them when it is told to (22.21, 24.5).
 */
export function egressEnv({ address, port }: EgressPlace): Record<string, string> {
  const proxy = `http://${address}:${port}`
  const direct = 'localhost,127.0.0.1,::1,.localhost'
  return {
    http_proxy: proxy,
    https_proxy: proxy,
    HTTP_PROXY: proxy,
    HTTPS_PROXY: proxy,
    no_proxy: direct,
    NO_PROXY: direct,
    NODE_USE_ENV_PROXY: '1',
  }
}
