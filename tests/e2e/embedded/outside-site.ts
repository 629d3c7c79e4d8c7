import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testLabels } from '../../engine/test-engine.ts'
import { docker, until } from '../support/agent-home.ts'

const PORT = 8000

/** Serves /site as files. */
const SERVER = `
const { createReadStream, existsSync, statSync } = require('node:fs')
require('node:http').createServer((request, response) => {
  const path = '/site' + decodeURIComponent(request.url.split('?')[0]).replace(/\\/$/, '/index.html')
  if (!existsSync(path) || statSync(path).isDirectory()) return response.writeHead(404).end()
  if (path.endsWith('.html')) response.setHeader('content-type', 'text/html')
  createReadStream(path).pipe(response)
}).listen(${PORT}, '0.0.0.0')
`

/**
 * A machine that is neither this one nor on the internet: a container with a package of npm, one of Python, a git
 * repository and a file.
 */
export class OutsideSite implements AsyncDisposable {
  readonly #folder: string
  readonly #container: string
  readonly address: string
  readonly url: string

  private constructor(folder: string, container: string, address: string) {
    this.#folder = folder
    this.#container = container
    this.address = address
    this.url = `http://${address}:${PORT}`
  }

  static async open(): Promise<OutsideSite> {
    const folder = mkdtempSync(join(tmpdir(), 'agent-site-'))
    writeFileSync(join(folder, 'server.cjs'), SERVER)
    writeFileSync(join(folder, 'hello.txt'), 'hello from outside\n')
    makeRepository(folder)
    makePythonPackage(folder)
    const labels = Object.entries(testLabels()).flatMap(([name, value]) => [
      '--label',
      `${name}=${value}`,
    ])
    const options = ['--detach', '--volume', `${folder}:/site:ro`, ...labels]
    const container = await docker(['run', ...options, 'node:22-slim', 'node', '/site/server.cjs'])
    const format = '{{.NetworkSettings.Networks.bridge.IPAddress}}'
    const address = await docker(['inspect', '--format', format, container])
    const site = new OutsideSite(folder, container, address)
    // Names its own address in what it says.
    makeNpmPackage(folder, site.url)
    await until('the site answers', async () => {
      const answer = await fetch(`${site.url}/hello.txt`).catch(() => undefined)
      return answer?.ok === true
    })
    return site
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await docker(['rm', '--force', '--volumes', this.#container])
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

function makeRepository(folder: string): void {
  const source = join(folder, 'source')
  mkdirSync(source)
  writeFileSync(join(source, 'file.txt'), 'from a repository\n')
  const git = (...words: string[]): unknown =>
    execFileSync('git', ['-c', 'user.name=n', '-c', 'user.email=a@b', ...words], { cwd: source })
  git('init', '-q')
  git('add', '.')
  git('commit', '-qm', 'first')
  git('clone', '-q', '--bare', '.', join(folder, 'repository.git'))
  // For a server that knows nothing of git.
  execFileSync('git', ['update-server-info'], { cwd: join(folder, 'repository.git') })
  rmSync(source, { recursive: true })
}

function makeNpmPackage(folder: string, url: string): void {
  const root = join(folder, 'npm-package')
  mkdirSync(join(root, 'package'), { recursive: true })
  const about = { name: 'outside-package', version: '1.0.0', main: 'index.js' }
  writeFileSync(join(root, 'package', 'package.json'), JSON.stringify(about))
  writeFileSync(join(root, 'package', 'index.js'), "module.exports = 'from a package'\n")
  const tarball = join(folder, 'outside-package-1.0.0.tgz')
  execFileSync('tar', ['-czf', tarball, 'package'], { cwd: root })
  const digest = new Bun.CryptoHasher('sha512').update(readFileSync(tarball)).digest('base64')
  const dist = { tarball: `${url}/outside-package-1.0.0.tgz`, integrity: `sha512-${digest}` }
  const index = {
    name: about.name,
    'dist-tags': { latest: '1.0.0' },
    versions: { '1.0.0': { ...about, dist } },
  }
  writeFileSync(join(folder, 'outside-package'), JSON.stringify(index))
}

function makePythonPackage(folder: string): void {
  const root = join(folder, 'wheel')
  const about = join(root, 'outside_package-1.0.0.dist-info')
  mkdirSync(about, { recursive: true })
  writeFileSync(join(root, 'outside_package.py'), 'said = "from a wheel"\n')
  writeFileSync(
    join(about, 'METADATA'),
    'Metadata-Version: 2.1\nName: outside-package\nVersion: 1.0.0\n',
  )
  writeFileSync(
    join(about, 'WHEEL'),
    'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
  )
  writeFileSync(join(about, 'RECORD'), '')
  const wheel = 'outside_package-1.0.0-py3-none-any.whl'
  execFileSync(
    'python3',
    ['-m', 'zipfile', '-c', join(folder, wheel), 'outside_package.py', about],
    {
      cwd: root,
    },
  )
  const simple = join(folder, 'simple', 'outside-package')
  mkdirSync(simple, { recursive: true })
  writeFileSync(join(simple, 'index.html'), `<a href="/${wheel}">${wheel}</a>\n`)
  cpSync(join(folder, wheel), join(simple, wheel))
}
