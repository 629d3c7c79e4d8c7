/** A GET of the Engine API, decoded from JSON (text when it is none). Throws when there is no answer within 5 s or it is no success. */
export async function engineRequest(dockerHost: string, path: string): Promise<unknown> {
  const signal = AbortSignal.timeout(5_000)
  const response = await send(dockerHost, path, signal)
  const text = await response.text()
  if (!response.ok) throw new Error(`GET ${path} at ${dockerHost}: ${response.status} ${text}`)
  return response.headers.get('content-type')?.includes('json') === true ? JSON.parse(text) : text
}

async function send(dockerHost: string, path: string, signal: AbortSignal): Promise<Response> {
  if (dockerHost.startsWith('unix://')) {
    return fetch(`http://engine${path}`, { unix: dockerHost.slice('unix://'.length), signal })
  }
  if (dockerHost.startsWith('tcp://')) {
    return fetch(`http://${dockerHost.slice('tcp://'.length)}${path}`, { signal })
  }
  throw new Error(`${dockerHost}: the tests reach engines at unix:// and tcp:// only`)
}
