import { LineDecoder } from '../lib/line-decoder.ts'

/** The values of an answer that is one JSON object a line, as pulls and builds are; its last line may lack an end. */
export async function* jsonLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator {
  const lines = new LineDecoder()
  for await (const bytes of chunks)
    for (const line of lines.push(bytes)) if (line.trim() !== '') yield JSON.parse(line)
  const rest = lines.rest()
  if (rest.trim() !== '') yield JSON.parse(rest)
}
