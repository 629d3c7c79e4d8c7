import type { RuntimeKind } from '../container-state.ts'

/** Names the folder that holds a runtime's containers (`embedded:///a/folder`), so that another process finds them again. */
export function folderEndpoint(kind: RuntimeKind, root: string): string {
  return `${kind}://${root}`
}

/** The folder of such an endpoint. Throws for anything else. */
export function folderOfEndpoint(kind: RuntimeKind, endpoint: string): string {
  const scheme = `${kind}://`
  const root = endpoint.startsWith(scheme) ? endpoint.slice(scheme.length) : ''
  if (!root.startsWith('/')) throw new Error(`${endpoint} is no endpoint of the ${kind} runtime`)
  return root
}
