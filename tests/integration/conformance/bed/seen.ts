import { type Message, readMessage } from './message.ts'

/** A response, and its status. */
export type SeenResponse = Message & { readonly status: number }

/** All that could be seen of one case from both ends of the proxy. */
export type Seen = {
  /** Every byte the client got. */
  readonly clientText: string
  readonly interim: readonly SeenResponse[]
  /** Final responses but the one to {@link nextRequest}; an unfinished one is the last. */
  readonly responses: readonly SeenResponse[]
  /** What came after a 101. */
  readonly tunnelled: string
  /** How the proxy ended the client's connection. */
  readonly ending: 'open' | 'end' | 'reset'
  /** Whether the request sent afterwards on the same connection was answered. */
  readonly isNextAnswered: boolean
  /** What reached the upstream, {@link nextRequest} left out; an unfinished request is among it. */
  readonly requests: readonly Message[]
  /** Every byte the upstream got, for each of its connections. */
  readonly upstreamTexts: readonly string[]
}

/** The request that tells whether the connection is still in step: sent after a case's own bytes. */
export const nextRequest =
  'GET /next HTTP/1.1\r\nHost: web.myapp.localhost\r\nConnection: close\r\n\r\n'
export const nextBody = 'the-next-response'

type Responses = Pick<Seen, 'interim' | 'responses' | 'tunnelled' | 'isNextAnswered'>

/** Takes the bytes that a client got apart. `isHead`: the first request was a HEAD. */
export function readResponses(text: string, isHead: boolean, ending: Seen['ending']): Responses {
  const interim: SeenResponse[] = []
  const finals: SeenResponse[] = []
  let position = 0
  let tunnelled = ''
  while (position < text.length) {
    const response = readResponse(text, position, isHead && finals.length === 0, ending)
    if (response === undefined) break
    position = response.end
    const switches = response.status === 101
    if (response.status < 200 && !switches) interim.push(response)
    else finals.push(response)
    if (switches) tunnelled = text.slice(position)
    if (switches || !response.isComplete) break
  }
  const isNext = ({ body }: SeenResponse): boolean => body === nextBody
  return {
    interim,
    responses: finals.filter((response) => !isNext(response)),
    tunnelled,
    isNextAnswered: finals.some(isNext),
  }
}

/** The response that starts at `from`; undefined when none does, or its head is not whole. */
function readResponse(
  text: string,
  from: number,
  answersHead: boolean,
  ending: Seen['ending'],
): SeenResponse | undefined {
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(text.slice(from, from + 12))?.[1])
  if (Number.isNaN(status)) return undefined
  const message = readMessage(text, from, {
    hasNoBody: answersHead || status < 200 || status === 204 || status === 304,
    unframed: ending === 'end' ? 'until-end-that-came' : 'until-end',
  })
  return message === undefined ? undefined : { ...message, status }
}
