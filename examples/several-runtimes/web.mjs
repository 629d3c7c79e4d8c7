/* A page about words.txt: Node.js serves it, Python counts, jq picks the words that come most often. */
import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import { promisify } from 'node:util'

const run = promisify(execFile)

async function mostFrequent() {
  const count =
    'python3 count.py words.txt | jq -c "to_entries | sort_by(-.value, .key) | .[:3] | from_entries"'
  const { stdout } = await run('sh', ['-c', count], { cwd: import.meta.dirname })
  return stdout
}

const server = createServer(async (_request, response) => {
  try {
    response.setHeader('content-type', 'application/json')
    response.end(await mostFrequent())
  } catch (error) {
    response.statusCode = 500
    response.end(JSON.stringify({ error: String(error) }))
  }
})

process.on('SIGTERM', () => server.close())
server.listen(3000, () => console.log('web listens on port 3000'))
