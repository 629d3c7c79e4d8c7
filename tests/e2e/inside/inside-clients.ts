/** Where the programs are inside, whatever the run is made of. */
export type ClientPaths = {
  readonly node: string
  readonly bun: string
  readonly chromium: string
}

/**
 * Programs by their name in docs/concepts/routing.md, as shell commands that print the status of the answer to
 * `$url`. `$address` is what /etc/hosts has for the run's own name, `$host` and `$port` are those of `$url`.
 */
export function insideClients({ node, bun, chromium }: ClientPaths): Record<string, string> {
  const browser = [
    `timeout 60 ${chromium} --headless --no-sandbox --disable-gpu --disable-dev-shm-usage`,
    '--user-data-dir=/tmp/chromium --dump-dom',
  ].join(' ')
  const byAddress = '"http://$address:$port/"'
  return {
    curl: 'curl -s -m 10 -o /dev/null -w "%{http_code}" "$url"',
    'Python (`urllib`)': `python3 -c '${PYTHON}' "$url"`,
    'Node.js (`http`)': `${node} -e '${NODE}' "$url"`,
    'Node.js (`fetch`)': `${fetching(node)} "$url"`,
    'Bun (`fetch`)': `${fetching(bun)} "$url"`,
    Chromium: `${browser} "$url" | ${SHOWN}`,
    'Chromium with `--host-resolver-rules`': `${browser} --host-resolver-rules="MAP *.localhost $address" "$url" | ${SHOWN}`,
    'Bun (`fetch`) by address, name in `Host`': `${fetching(bun, '{ headers: { host: process.argv[2] } }')} ${byAddress} "$host:$port"`,
    'curl by address, name in `Host`': `curl -s -m 10 -o /dev/null -w "%{http_code}" -H "Host: $host:$port" ${byAddress}`,
  }
}

function fetching(program: string, options = '{}'): string {
  return `${program} -e 'fetch(process.argv[1], ${options}).then((answer) => console.log(answer.status), () => 0)'`
}

/** The status as it stands on a page: ours have it, and so has that of the service that is asked. */
const SHOWN = `sed -n 's,.*<small>\\([0-9]*\\)</small>.*,\\1,p'`

const NODE =
  'require("http").get(process.argv[1], (answer) => { console.log(answer.statusCode); answer.resume() }).on("error", () => 0)'

const PYTHON = `
import sys, urllib.request as request, urllib.error as error
try: print(request.urlopen(sys.argv[1], timeout=10).status)
except error.HTTPError as answer: print(answer.code)
except Exception: pass
`

/** One command that asks `targets` with every client and prints `client<TAB>target<TAB>status` lines. */
export function probeScript(clients: Record<string, string>, targets: readonly string[]): string {
  const lines = Object.entries(clients).flatMap(([client, command]) =>
    targets.map((url) => {
      const { hostname, port } = new URL(url)
      const given = `url=${url} host=${hostname} port=${port}`
      return `${given}; printf '%s\\t%s\\t%s\\n' ${quoted(client)} "$url" "$(${command} 2>/dev/null)"`
    }),
  )
  return ['address=$(getent hosts "$AGENTOPS_HOST" | cut -d" " -f1)', ...lines].join('\n')
}

function quoted(text: string): string {
  return `'${text}'`
}

/** What {@link probeScript} printed: by client, the statuses in the order of the targets; `–` where nobody answered. */
export function readProbes(output: string): Record<string, string> {
  const rows: Record<string, string[]> = {}
  for (const line of output.trim().split('\n')) {
    const [client = '', , status = ''] = line.split('\t')
    const isAnswer = /^[1-9]\d\d$/.test(status)
    rows[client] = [...(rows[client] ?? []), isAnswer ? status : '–']
  }
  return Object.fromEntries(
    Object.entries(rows).map(([client, cells]) => [client, cells.join(' ')]),
  )
}
