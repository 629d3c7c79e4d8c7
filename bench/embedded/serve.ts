/* The service that the benchmark runs inside, with a Bun that lies beside it: `/` is 2 bytes, `/64` is 64 MB. */
import { createServer } from 'node:http'

const block = Buffer.alloc(1024 * 1024, 'x')
const blocks = 64

function main(): void {
  createServer((request, response) => {
    response.setHeader('Connection', 'close')
    if (request.url !== '/64') {
      response.end('ok')
      return
    }
    response.setHeader('Content-Length', String(block.length * blocks))
    let left = blocks
    const more = (): void => {
      while (left > 0) {
        left -= 1
        if (!response.write(block)) return
      }
      response.end()
    }
    response.on('drain', more)
    more()
  }).listen(3000)
}

if (import.meta.main) main()
