import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'bun:test'
import type { Browser } from 'playwright-core'
import { engineBrowserTest } from '../browser/browser-test.ts'
import { AgentHome, get, IN_GVISOR, until } from '../support/agent-home.ts'

/** Packages come from the network, and are installed inside. */
const FIRST_ANSWER_LIMIT_MS = 90_000

type RealProject = {
  name: string
  files: Record<string, string>
  /** A file that a person edits, and what its text becomes. */
  edited: { file: string; before: string; after: string }
}

const vite: RealProject = {
  name: 'Vite',
  files: {
    'package.json': JSON.stringify({
      name: 'app',
      private: true,
      type: 'module',
      scripts: { dev: 'vite' },
      devDependencies: { vite: '7.1.12' },
    }),
    'index.html': '<!doctype html><h1 id="t"></h1><script type="module" src="/main.js"></script>',
    'main.js': 'document.getElementById("t").textContent = "first text"\n',
  },
  edited: { file: 'main.js', before: 'first text', after: 'second text' },
}

const flask: RealProject = {
  name: 'Flask',
  files: {
    'requirements.txt': 'flask==3.1.2\n',
    '.python-version': '3.11\n',
    'app.py':
      "from flask import Flask\napp = Flask(__name__)\n\n\n@app.get('/')\ndef home():\n    return '<h1 id=t>first text</h1>'\n",
  },
  edited: { file: 'app.py', before: 'first text', after: 'second text' },
}

for (const { name, files, edited } of [vite, flask])
  engineBrowserTest(
    `a ${name} app: init, run, open by name, edit, reload; twice, in two branches at once`,
    async (browser) => {
      await using home = new AgentHome({ env: IN_GVISOR })
      const main = home.project('main', { ...files, '.gitignore': 'node_modules\n' })
      git(main, 'init', '--quiet', '--initial-branch=main')
      const said = await home.agent(['init', main])
      expect(said.stderr).toContain(`found ${name}`)
      git(main, 'add', '--all')
      git(main, 'commit', '--quiet', '--message', 'Begin')
      const other = join(home.dir, 'other')
      git(main, 'worktree', 'add', '--quiet', '-b', 'other', other)
      await home.answer(['run', '-d', '--name', 'main', main])
      await home.answer(['run', '-d', '--name', 'other', other])
      const pages = await Promise.all(
        ['main', 'other'].map((run) => openWhenReady(home, browser, run)),
      )
      for (const shown of pages) expect(await shown()).toBe(edited.before)
      const text = files[edited.file] ?? ''
      writeFileSync(join(other, edited.file), text.replace(edited.before, edited.after))
      const [inMain, inOther] = pages
      await until('the edit is seen', async () => (await inOther?.()) === edited.after, 30_000)
      expect(await inMain?.()).toBe(edited.before)
    },
  )

/** Opens a run's page by its name, once it answers; what comes back reloads it and reads its text. */
async function openWhenReady(
  home: AgentHome,
  browser: Browser,
  run: string,
): Promise<() => Promise<string>> {
  const url = await home.answer(['url', run])
  const answers = async (): Promise<boolean> => (await get(url)).status === 200
  await until(`${run} answers`, answers, FIRST_ANSWER_LIMIT_MS)
  const page = await browser.newPage()
  return async () => {
    await page.goto(url)
    return (await page.locator('#t').textContent({ timeout: 10_000 })) ?? ''
  }
}

function git(cwd: string, ...words: string[]): void {
  const who = ['-c', 'user.name=A', '-c', 'user.email=a@example.com']
  execFileSync('git', [...who, ...words], { cwd, stdio: 'pipe' })
}
