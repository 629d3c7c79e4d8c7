/* npm run check: everything that can be said about the project without running it, all at once. */
import { join } from 'node:path'

type Tool = { name: string; command: readonly string[] }

type Outcome = { tool: Tool; passed: boolean; seconds: number; output: string }

const projectDir = join(import.meta.dirname, '..')
const sources = ['src', 'tests', 'scripts', 'bench']
const limitMs = 120_000

const tools: readonly Tool[] = [
  { name: 'oxfmt', command: ['oxfmt', '--check', ...sources, 'examples'] },
  { name: 'oxlint', command: ['oxlint', '--quiet', ...sources] },
  { name: 'tsc', command: ['tsc', '--noEmit', '--project', '.'] },
  { name: 'knip', command: ['knip', '--no-progress'] },
  { name: 'docs', command: [process.execPath, join('scripts', 'check-docs.ts')] },
]

async function runTool(tool: Tool): Promise<Outcome> {
  const started = performance.now()
  const child = Bun.spawn([...tool.command], {
    cwd: projectDir,
    env: {
      ...process.env,
      PATH: `${join(projectDir, 'node_modules', '.bin')}:${process.env['PATH']}`,
    },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
    timeout: limitMs,
  })
  const [code, stdout, stderr] = await Promise.all([
    child.exited,
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ])
  const seconds = (performance.now() - started) / 1000
  return { tool, passed: code === 0, seconds, output: `${stdout}${stderr}`.trim() }
}

function report({ tool, passed, seconds, output }: Outcome): void {
  const verdict = passed ? 'ok    ' : 'FAILED'
  console.log(`${verdict}  ${tool.name.padEnd(6)}  ${seconds.toFixed(1).padStart(5)} s`)
  if (!passed) console.log(`\n${output}\n`)
}

async function main(): Promise<void> {
  const started = performance.now()
  const outcomes = await Promise.all(
    tools.map(async (tool) => {
      const outcome = await runTool(tool)
      report(outcome)
      return outcome
    }),
  )
  const failed = outcomes.filter(({ passed }) => !passed).map(({ tool }) => tool.name)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(failed.length === 0 ? `all passed in ${seconds} s` : `failed: ${failed.join(', ')}`)
  process.exitCode = failed.length === 0 ? 0 : 1
}

if (import.meta.main) await main()
