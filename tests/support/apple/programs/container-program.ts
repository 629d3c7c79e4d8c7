import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { ContainerError } from '../container-error.ts'
import { FakeContainers } from '../fake-containers.ts'
import { FakeImages, text } from '../fake-images.ts'
import { runInside } from '../run-inside.ts'

/**
 * Stands in for Apple's `container` on a machine that is no Mac: the same commands, options, JSON and complaints as
 * far as `agent` uses them, of the version it is told, as that version's sources have them. Commands of containers
 * run as processes of this machine. Arguments: state folder, version, then the command line.
 */
const [root = '', version = '', ...argv] = process.argv.slice(2)
const images = new FakeImages(root, version)
const containers = new FakeContainers(root, { version, images })

async function runCommand([name = '', ...rest]: readonly string[]): Promise<number> {
  if (name === '--version') return say(`container CLI version ${version} (build: release)`)
  if (existsSync(`${root}/is-stopped`)) return notRunning(name)
  const run = commands[name]
  if (run === undefined) throw new Error(`Unexpected argument '${name}'`)
  return run(rest)
}

type Command = (args: readonly string[]) => number | Promise<number>

const commands: Readonly<Record<string, Command>> = {
  system: () => say('apiserver is running'),
  list: (args) => {
    options(args, { all: 'boolean', format: 'string' })
    return say(JSON.stringify(containers.list()))
  },
  create,
  start,
  stop,
  kill: (args) => {
    const { values, positionals } = options(args, { signal: 'string' })
    containers.signal(positionals[0] ?? '', text(values['signal']) ?? 'KILL')
    return say(positionals[0] ?? '')
  },
  delete: (args) => {
    const { values, positionals } = options(args, { force: 'boolean' })
    containers.delete(positionals[0] ?? '', values['force'] === true)
    return say(positionals[0] ?? '')
  },
  exec,
  image: ([verb = '', ...args]) => {
    if (verb === 'list') return say(JSON.stringify(images.list()))
    if (verb === 'inspect') return say(JSON.stringify(args.map((it) => images.image(it))))
    if (verb === 'delete') return say(images.delete(args[0] ?? ''))
    if (verb !== 'pull') throw new Error(`Unexpected argument '${verb}'`)
    images.image(args[0] ?? '')
    return say(args[0] ?? '')
  },
  build,
}

function create(args: readonly string[]): number {
  const [own, command] = untilImage(args)
  const { values, positionals } = options(own, {
    name: 'string',
    workdir: 'string',
    env: 'list',
    label: 'list',
    mount: 'list',
    tmpfs: 'list',
    publish: 'list',
    user: 'string',
    memory: 'string',
    cpus: 'string',
    tty: 'boolean',
    interactive: 'boolean',
  })
  containers.create({ values, image: positionals[0] ?? '', command })
  return say(text(values['name']) ?? '')
}

async function start(args: readonly string[]): Promise<number> {
  const { values, positionals } = options(args, { attach: 'boolean', interactive: 'boolean' })
  const id = positionals[0] ?? ''
  const process_ = containers.toStart(id)
  const isInput = values['interactive'] === true
  return runInside(process_, {
    isInput,
    onStarted: (pid) => containers.started(id, pid),
    onEnded: () => containers.ended(id),
  })
}

async function stop(args: readonly string[]): Promise<number> {
  const { values, positionals } = options(args, { signal: 'string', time: 'string' })
  const id = positionals[0] ?? ''
  await containers.stop(id, text(values['signal']) ?? 'TERM', Number(values['time'] ?? 5))
  return say(id)
}

async function exec(args: readonly string[]): Promise<number> {
  const end = args.findIndex((word, index) => !word.startsWith('-') && !takesValue(args[index - 1]))
  const { values } = options(args.slice(0, end), {
    interactive: 'boolean',
    tty: 'boolean',
    env: 'list',
    workdir: 'string',
    user: 'string',
  })
  const [id = '', ...command] = args.slice(end)
  const isInput = values['interactive'] === true
  return runInside(containers.toExec(id, { values, command }), { isInput })
}

/** Does not build: keeps what it was asked for, and runs what a `RUN` line says, on this machine. */
function build(args: readonly string[]): number {
  const { values, positionals } = options(args, {
    file: 'string',
    tag: 'string',
    progress: 'string',
    target: 'string',
    platform: 'string',
    dns: 'list',
    label: 'list',
    'build-arg': 'list',
    secret: 'list',
    'no-cache': 'boolean',
  })
  const commandLine = images.build({ values, context: positionals[0] ?? '' })
  process.stderr.write(`#5 [2/2] RUN ${commandLine}\n`)
  const { status, stdout } = spawnSync('sh', ['-c', commandLine], { encoding: 'utf8' })
  for (const line of stdout.split('\n').filter(Boolean)) process.stderr.write(`#5 0.1 ${line}\n`)
  if (status !== 0) {
    process.stderr.write(`#5 ERROR: process "/bin/sh -c ${commandLine}" did not complete\n`)
    throw new ContainerError('unknown', `failed to solve: exit code: ${status}`)
  }
  process.stderr.write('#5 DONE 0.1s\n')
  images.add(text(values['tag']) ?? '', values['label'])
  return 0
}

function notRunning(name: string): number {
  if (name === 'system') say('apiserver is not running')
  else
    process.stderr.write(
      'Error: interrupted: "XPC connection error: Connection invalid"\nEnsure container system service has been started with `container system start`.\n',
    )
  return 1
}

function say(line: string): number {
  process.stdout.write(`${line}\n`)
  return 0
}

/** Options of `create` end at the image; what follows it belongs to the command inside. */
function untilImage(args: readonly string[]): [string[], string[]] {
  const at = args.findIndex((word, index) => !word.startsWith('-') && !takesValue(args[index - 1]))
  return [args.slice(0, at + 1), args.slice(at + 1)]
}

function takesValue(word: string | undefined): boolean {
  return word !== undefined && word.startsWith('--') && !/^--(?:tty|interactive)$/.test(word)
}

function options(
  args: readonly string[],
  known: Readonly<Record<string, 'boolean' | 'string' | 'list'>>,
) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: Object.fromEntries(
      Object.entries(known).map(([name, kind]) => [
        name,
        kind === 'boolean'
          ? { type: 'boolean' as const }
          : { type: 'string' as const, multiple: kind === 'list' },
      ]),
    ),
  })
}

try {
  process.exitCode = await runCommand(argv)
} catch (error) {
  if (!(error instanceof Error)) throw error
  process.stderr.write(`Error: ${error.message}\n`)
  process.exitCode = error instanceof ContainerError ? 1 : 64
}
