import { membersOf, type Message, valuesOf } from './bed/message.ts'
import type { Seen, SeenResponse } from './bed/seen.ts'

/** Looks at what was seen: undefined when that is right, else what is wrong. */
export type Expectation = (seen: Seen) => string | undefined

/** Everything holds; the first problem counts. */
export function all(...expectations: readonly Expectation[]): Expectation {
  return (seen) => {
    for (const expectation of expectations) {
      const problem = expectation(seen)
      if (problem !== undefined) return problem
    }
    return undefined
  }
}

/** One of several ways that are all right. */
export function either(...expectations: readonly Expectation[]): Expectation {
  return (seen) => {
    const problems = expectations.map((expectation) => expectation(seen))
    return problems.includes(undefined) ? undefined : problems.join('; nor: ')
  }
}

/** The client got this status, and a whole response. */
export function answered(...statuses: readonly number[]): Expectation {
  return ({ responses, ending }) => {
    const [first] = responses
    if (first === undefined) return `no response, connection: ${ending}`
    if (!statuses.includes(first.status)) return `answered ${first.status}`
    return first.isComplete ? undefined : 'the response is not whole'
  }
}

/** The proxy answered itself, with one of these statuses, and no whole request reached the upstream. */
export function refused(...statuses: readonly number[]): Expectation {
  return all(answered(...statuses), ({ requests }) =>
    requests.some(({ isComplete }) => isComplete) ? 'the request reached the upstream' : undefined,
  )
}

/** As {@link refused}; closing the connection without a word will do as well. */
export function refusedOrClosed(...statuses: readonly number[]): Expectation {
  return either(refused(...statuses), closedInSilence)
}

const closedInSilence: Expectation = ({ responses, requests, ending }) =>
  responses.length === 0 && requests.length === 0 && ending !== 'open' ? undefined : 'not closed'

/** The connection ends with this response. */
export const closes: Expectation = ({ isNextAnswered, ending }) => {
  if (isNextAnswered) return 'the connection went on'
  return ending === 'open' ? 'the connection stayed open' : undefined
}

/** The connection carries the next request, and its response is told apart from this one. */
export const goesOn: Expectation = ({ isNextAnswered, ending }) =>
  isNextAnswered ? undefined : `the next request was not answered, connection: ${ending}`

/** Exactly one request reached the upstream, whole, and these hold for it. */
export function forwarded(
  ...checks: readonly ((request: Message) => string | undefined)[]
): Expectation {
  return ({ requests, responses }) => {
    const [request] = requests
    if (request === undefined) return `nothing was forwarded, answered ${statusOf(responses)}`
    if (requests.length > 1) return `${requests.length} requests reached the upstream`
    if (request.isBroken) return 'a request with broken framing was forwarded'
    if (!request.isComplete) return 'the request was not forwarded whole'
    return firstProblem(request, checks)
  }
}

/** Nothing that looks whole reached the upstream. */
export const nothingWholeForwarded: Expectation = ({ requests }) =>
  requests.some(({ isComplete }) => isComplete) ? 'a whole request was forwarded' : undefined

/** Nothing at all was sent to the upstream but requests of these targets. */
export function onlyTargets(...targets: readonly string[]): Expectation {
  return ({ requests }) => {
    const other = requests.find((request) => !targets.includes(targetIn(request.startLine)))
    return other === undefined ? undefined : `the upstream got "${other.startLine}"`
  }
}

/** The first final response is whole, and these hold for it. */
export function got(
  ...checks: readonly ((response: SeenResponse) => string | undefined)[]
): Expectation {
  return ({ responses, ending }) => {
    const [response] = responses
    if (response === undefined) return `no response, connection: ${ending}`
    if (!response.isComplete) return 'the response is not whole'
    return firstProblem(response, checks)
  }
}

/** The client can tell that the response is not whole. */
export const cutShort: Expectation = ({ responses, ending }) => {
  if (ending === 'open') return 'the connection stayed open'
  const [response] = responses
  if (response === undefined || !response.isComplete || response.status === 502) return undefined
  return 'the response looks whole'
}

/** These bytes did not reach the upstream. */
export function upstreamNeverGot(bytes: RegExp): Expectation {
  return ({ upstreamTexts }) => {
    const found = upstreamTexts.map((text) => bytes.exec(text)?.[0]).find((text) => text)
    return found === undefined ? undefined : `the upstream got ${JSON.stringify(found)}`
  }
}

/** These bytes did not reach the client. */
export function clientNeverGot(bytes: RegExp): Expectation {
  return ({ clientText }) => {
    const found = bytes.exec(clientText)?.[0]
    return found === undefined ? undefined : `the client got ${JSON.stringify(found)}`
  }
}

/** The interim responses have these statuses. */
export function interim(...statuses: readonly number[]): Expectation {
  return (seen) => {
    const found = seen.interim.map(({ status }) => status)
    return found.join() === statuses.join() ? undefined : `interim responses: ${found.join()}`
  }
}

/** The bodies of the responses, in this order. */
export function bodies(...expected: readonly string[]): Expectation {
  return ({ responses }) => {
    const found = responses.map((response) => response.body)
    return found.join('|') === expected.join('|') ? undefined : `bodies: ${found.join('|')}`
  }
}

/** The field has exactly these values, a line each. */
export function field(name: string, ...values: readonly string[]) {
  return ({ fields }: Message): string | undefined => {
    const found = valuesOf(fields, name)
    if (found.join('|') === values.join('|')) return undefined
    return `${name} is ${JSON.stringify(found.join('|'))}`
  }
}

/** The field is not there. */
export function no(...names: readonly string[]) {
  return ({ fields }: Message): string | undefined => {
    const found = names.find((name) => valuesOf(fields, name).length > 0)
    return found === undefined ? undefined : `${found}: ${valuesOf(fields, found).join()}`
  }
}

/** The field's list has this member, in any case. */
export function member(name: string, value: RegExp) {
  return ({ fields }: Message): string | undefined =>
    membersOf(fields, name).some((each) => value.test(each)) ? undefined : `no such ${name}`
}

/** The field's list has no such member. */
export function noMember(name: string, value: RegExp) {
  return ({ fields }: Message): string | undefined =>
    membersOf(fields, name).some((each) => value.test(each)) ? `${name} has ${value}` : undefined
}

export function body(expected: string) {
  return (message: Message): string | undefined =>
    message.body === expected ? undefined : `the body is ${JSON.stringify(message.body)}`
}

export function startLine(expected: string | RegExp) {
  return (message: Message): string | undefined => {
    const line = message.startLine
    const isRight = typeof expected === 'string' ? line === expected : expected.test(line)
    return isRight ? undefined : `the first line is ${JSON.stringify(line)}`
  }
}

export function trailer(name: string, ...values: readonly string[]) {
  return ({ trailers }: Message): string | undefined =>
    valuesOf(trailers, name).join('|') === values.join('|')
      ? undefined
      : `trailer ${name}: ${valuesOf(trailers, name).join('|')}`
}

function firstProblem<M>(
  message: M,
  checks: readonly ((message: M) => string | undefined)[],
): string | undefined {
  for (const check of checks) {
    const problem = check(message)
    if (problem !== undefined) return problem
  }
  return undefined
}

function statusOf(responses: readonly SeenResponse[]): string {
  return String(responses[0]?.status ?? 'nothing')
}

function targetIn(line: string): string {
  return line.split(' ')[1] ?? ''
}
