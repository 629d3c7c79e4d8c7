const SCHEME = 'embedded://'

/** Names the folder that holds the containers, so that another process finds them again. */
export function embeddedEndpoint(root: string): string {
  return `${SCHEME}${root}`
}

/** The folder of such an endpoint; undefined for anything else. */
export function rootOfEndpoint(endpoint: string): string | undefined {
  const root = endpoint.startsWith(SCHEME) ? endpoint.slice(SCHEME.length) : ''
  return root.startsWith('/') ? root : undefined
}
