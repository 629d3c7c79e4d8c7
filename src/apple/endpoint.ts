const SCHEME = 'apple://'

/** Names the folder with what we know of our containers, so that another process finds it again. */
export function appleEndpoint(root: string): string {
  return `${SCHEME}${root}`
}

/** The folder of such an endpoint; undefined for anything else. */
export function rootOfAppleEndpoint(endpoint: string): string | undefined {
  const root = endpoint.startsWith(SCHEME) ? endpoint.slice(SCHEME.length) : ''
  return root.startsWith('/') ? root : undefined
}
