import type { Peer } from '../../../integration/proxy/bed/peer.ts'

/** Reads what the client gets, to the end, and says it in a few words. */
export async function outcomeOf(client: Peer): Promise<string> {
  const { text, ending } = await client.toEnd()
  const { interim, rest } = splitInterim(text)
  const before = interim.map((status) => `${status}, `).join('')
  if (rest === '') return `${before}nothing, ${ending}`
  const headEnd = rest.indexOf('\r\n\r\n') + 4
  if (headEnd < 4) return `${before}part of a head, ${ending}`
  const head = rest.slice(0, headEnd)
  return `${before}${head.slice(9, 12)} ${wholeness(head, rest.slice(headEnd), ending)}`
}

function splitInterim(text: string): { interim: string[]; rest: string } {
  const interim: string[] = []
  let rest = text
  while (/^HTTP\/1\.1 1(?!01)/.test(rest)) {
    interim.push(rest.slice(9, 12))
    rest = rest.slice(rest.indexOf('\r\n\r\n') + 4)
  }
  return { interim, rest }
}

/** Whether the client can tell that it has all of the body. */
function wholeness(head: string, body: string, ending: 'end' | 'reset'): string {
  const length = /^content-length: *(\d+)/im.exec(head)?.[1]
  const isChunked = /^transfer-encoding: *chunked/im.test(head)
  if (length !== undefined && body.length > Number(length)) return 'with bytes too many'
  if (length !== undefined) return body.length === Number(length) ? 'whole' : `cut, ${ending}`
  if (isChunked) return body.endsWith('0\r\n\r\n') ? 'whole' : `cut, ${ending}`
  return ending === 'end' ? 'whole' : 'cut, reset'
}
