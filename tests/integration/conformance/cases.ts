import { badChunkCases } from './cases/bad-chunks.ts'
import { badResponseCases } from './cases/bad-responses.ts'
import { bodilessResponseCases } from './cases/bodiless-responses.ts'
import { chunkedRequestCases } from './cases/chunked-requests.ts'
import { connectionCases } from './cases/connections.ts'
import { contentLengthCases } from './cases/content-lengths.ts'
import { fieldSyntaxCases } from './cases/field-syntax.ts'
import { hopByHopCases } from './cases/hop-by-hop.ts'
import { hostCases } from './cases/host.ts'
import { methodCases } from './cases/methods.ts'
import { oddRequestCases } from './cases/odd-requests.ts'
import { requestLineCases } from './cases/request-line.ts'
import { responseCases } from './cases/responses.ts'
import { targetCases } from './cases/targets.ts'
import { transferCodingCases } from './cases/transfer-codings.ts'
import { smugglingCases } from './cases/smuggling.ts'
import { upgradeCases } from './cases/upgrades.ts'
import type { ConformanceCase } from './conformance-case.ts'

/** Every case, by topic in the order of a message: the line, the fields, the body, the answer. */
export const topics: readonly {
  readonly title: string
  readonly cases: readonly ConformanceCase[]
}[] = [
  { title: 'The request line', cases: requestLineCases },
  { title: 'Targets', cases: targetCases },
  { title: 'Host', cases: hostCases },
  { title: 'Fields', cases: fieldSyntaxCases },
  { title: 'Fields for one hop', cases: hopByHopCases },
  { title: 'Content-Length', cases: contentLengthCases },
  { title: 'Transfer-Encoding', cases: transferCodingCases },
  { title: 'Chunked requests', cases: chunkedRequestCases },
  { title: 'Chunks that are none', cases: badChunkCases },
  { title: 'Requests hidden in requests', cases: smugglingCases },
  { title: 'Methods and expectations', cases: methodCases },
  { title: 'Requests out of the ordinary', cases: oddRequestCases },
  { title: 'Responses', cases: responseCases },
  { title: 'Responses without a body', cases: bodilessResponseCases },
  { title: 'Responses that are wrong', cases: badResponseCases },
  { title: 'Connections', cases: connectionCases },
  { title: 'Upgrades', cases: upgradeCases },
]

export const allCases: readonly ConformanceCase[] = topics.flatMap(({ cases }) => cases)
