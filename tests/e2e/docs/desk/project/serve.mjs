import { createServer } from 'node:http'

for (const [name, port] of [
  ['web', 3000],
  ['api', 8080],
])
  createServer((request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end('{"ok":true}\n')
  }).listen(port, () => console.log(`${name} listens on port ${port}`))
