/**
 * The variables by which programs find an HTTP proxy on this port of their own loopback. Both spellings: curl reads
 * the lower-case `http_proxy` only, others the upper-case one. Node.js obeys them when it is told to (22.21, 24.5).
 */
export function egressEnv(port: number): Record<string, string> {
  const proxy = `http://127.0.0.1:${port}`
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
