import { expect } from 'bun:test'
import { engineTest } from '../../engine/test-engine.ts'
import { BuiltImage, type Builder } from './built-image.ts'

const LIMIT_MS = 5 * 60_000

const WHO =
  'id -u; id -g; id -un; pwd; echo "$HOME"; touch "$HOME/mine" && stat -c %u "$HOME/mine" "$PWD"'

for (const builder of ['classic', 'BuildKit'] satisfies Builder[])
  engineTest(
    `${builder} builds one language with tools, for the user who runs it`,
    async () => {
      // Under this uid the image of Node.js has somebody else.
      const user = { uid: 1000, gid: 4321 }
      const wishes = ['node@22', 'jq', 'npm:typescript']
      await using image = await BuiltImage.of(wishes, { builder, user })
      expect(await image.shell('node -p 1+1; tsc --version; echo {} | jq -c .')).toMatch(
        /^2\nVersion [\d.]+\n\{\}$/,
      )
      expect((await image.shell(WHO)).split('\n')).toEqual(
        '1000 4321 agent /workspace /home/agent 1000 1000'.split(' '),
      )
      expect(await image.shell('ls /var/lib/apt/lists | grep Packages || true')).toBe('')
    },
    LIMIT_MS,
  )

engineTest(
  'several languages work together on Debian, with the libraries they need',
  async () => {
    const user = { uid: 65534, gid: 65534 }
    const wishes = ['node@22', 'python@3.11', 'jq']
    await using image = await BuiltImage.of(wishes, { builder: 'classic', user })
    const modules = 'bz2, ctypes, curses, lzma, readline, sqlite3, ssl, uuid, zlib'
    expect(
      await image.shell(
        `node -p 1+1 && npm --version >/dev/null && python3 -c 'import ${modules}; print(ssl.OPENSSL_VERSION)' && jq --version`,
      ),
    ).toMatch(/^2\nOpenSSL 3\..*\njq-1\.\d$/)
    expect(
      await image.shell('command -v python3; command -v node; cat /etc/debian_version'),
    ).toMatch(/^\/usr\/local\/bin\/python3\n\/usr\/local\/bin\/node\n12\./)
    expect((await image.shell(WHO)).split('\n')).toEqual(
      '65534 65534 agent /workspace /home/agent 65534 65534'.split(' '),
    )
  },
  LIMIT_MS,
)

engineTest(
  'packages of PyPI are there for everybody, and root is a user like any other',
  async () => {
    const user = { uid: 0, gid: 0 }
    const wishes = ['python@3.11', 'pip:cowsay@6.1']
    await using image = await BuiltImage.of(wishes, { builder: 'classic', user })
    expect(await image.shell('cowsay -t moo | grep -o moo; id -un; cd; pwd')).toBe(
      'moo\nroot\n/home/agent',
    )
  },
  LIMIT_MS,
)
