/**
 * The variables that send the programs of a run through the proxy on its own loopback.
 * Both spellings: curl reads only lower-case `http_proxy`, others only upper case. Node reads them
 * when `NODE_USE_ENV_PROXY` is set (22.21 and 24); npm, pip, git and apt read the common ones.
 * @param port where the proxy listens on 127.0.0.1 inside the run
 * @param ownHosts names the run reaches itself, without the proxy
 */
export function proxyEnvironment(
  port: number,
  ownHosts: readonly string[],
): Record<string, string> {
  const proxy = `http://127.0.0.1:${port}`
  const direct = ['localhost', '127.0.0.1', '::1', '.localhost', ...ownHosts].join(',')
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

/** Where programs look for certificate authorities of one's own: OpenSSL, Node, Python, curl, git, pip, Cargo, AWS, Deno, Nix. */
const CA_VARIABLES = [
  'AWS_CA_BUNDLE',
  'CARGO_HTTP_CAINFO',
  'CURL_CA_BUNDLE',
  'DENO_CERT',
  'GIT_SSL_CAINFO',
  'NIX_SSL_CERT_FILE',
  'NODE_EXTRA_CA_CERTS',
  'NODE_USE_SYSTEM_CA',
  'NPM_CONFIG_CAFILE',
  'PIP_CERT',
  'REQUESTS_CA_BUNDLE',
  'SSL_CERT_DIR',
  'SSL_CERT_FILE',
  'npm_config_cafile',
] as const

/** The caller's variables that name certificate authorities, as they are set. Their files must be visible in the run. */
export function caVariables(
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const set = CA_VARIABLES.flatMap((name) => {
    const value = env[name]
    return value === undefined || value === '' ? [] : [[name, value] as const]
  })
  return Object.fromEntries(set)
}
