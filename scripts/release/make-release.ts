import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createApp } from '../../src/app.ts'
import { createProgram } from '../../src/cli/program.ts'
import { currentHost } from '../../src/platform/host.ts'
import { bunExecutable, type CrossTarget, crossTargets } from '../bun-executable.ts'
import { compileBinary } from '../compile-binary.ts'
import { run } from '../../tests/engine/run-command.ts'
import { homebrewFormula } from './homebrew-formula.ts'
import { installer } from './installer.ts'
import { manPage } from './man-page.ts'
import { type ArchiveFile, packArchive } from './pack-archive.ts'
import { checksumLines, type ReleaseFile, type ReleaseManifest } from './release-manifest.ts'

export type ReleaseOptions = {
  projectDir: string
  /** Where everything goes; made when it is not there. */
  outDir: string
  version: string
  commit?: string
  /** `2026-11-24` */
  date: string
  /** Where the files will be downloaded from, without a slash at the end. */
  baseUrl: string
  homepage: string
  say: (line: string) => void
}

const shells = { bash: 'agent.bash', zsh: '_agent', fish: 'agent.fish' } as const

/** Builds all four binaries and everything that a release consists of. */
export async function makeRelease(options: ReleaseOptions): Promise<ReleaseManifest> {
  const { outDir, version, commit, date, baseUrl, homepage, projectDir } = options
  await mkdir(outDir, { recursive: true })
  const workDir = await mkdtemp(join(outDir, '.work-'))
  const files: ReleaseFile[] = []
  try {
    const common = await commonFiles(workDir, options)
    for (const target of crossTargets)
      files.push(await releaseFile(target, { ...options, workDir, common }))
  } finally {
    await rm(workDir, { recursive: true, force: true })
  }
  const manifest: ReleaseManifest = {
    schema: 1,
    version,
    ...(commit === undefined ? {} : { commit }),
    date,
    files,
  }
  const template = await readFile(join(projectDir, 'scripts/release/install.sh'), 'utf8')
  await Promise.all([
    writeFile(join(outDir, 'manifest.json'), `${JSON.stringify(manifest, undefined, 2)}\n`),
    writeFile(join(outDir, 'SHA256SUMS'), checksumLines(manifest)),
    writeFile(join(outDir, 'agent.rb'), homebrewFormula(manifest, { baseUrl, homepage })),
    writeFile(join(outDir, 'install.sh'), installer(template, manifest, baseUrl), { mode: 0o755 }),
  ])
  return manifest
}

async function releaseFile(
  target: CrossTarget,
  options: ReleaseOptions & { workDir: string; common: readonly ArchiveFile[] },
): Promise<ReleaseFile> {
  const startedMs = performance.now()
  const binary = join(options.workDir, `agent-${target}`)
  await compile(binary, options, target)
  const [os, cpu] = osAndCpu(target)
  const folder = `agent-${options.version}-${target}`
  const name = `${folder}.tar.gz`
  const content = await readFile(binary)
  const archive = await packArchive(join(options.outDir, name), folder, [
    ...options.common,
    { path: 'agent', content, executable: true },
  ])
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
  options.say(`${name}  ${(archive.sizeBytes / 1e6).toFixed(1)} MB  ${seconds} s`)
  return { name, os, cpu, ...archive }
}

function osAndCpu(target: CrossTarget): [ReleaseFile['os'], ReleaseFile['cpu']] {
  return [
    target.startsWith('linux') ? 'linux' : 'darwin',
    target.endsWith('arm64') ? 'arm64' : 'x64',
  ]
}

async function compile(
  outfile: string,
  { projectDir, version, commit }: ReleaseOptions,
  target?: CrossTarget,
): Promise<void> {
  await compileBinary({
    entry: join(projectDir, 'src/main.ts'),
    outfile,
    constants: { version, faults: false, ...(commit === undefined ? {} : { commit }) },
    ...(target === undefined
      ? {}
      : {
          crossTarget: {
            bunTarget: `bun-${target}`,
            executablePath: await bunExecutable(projectDir, target),
          },
        }),
  })
}

/** What is the same on every system: completions from the program itself, the man page from its parser. */
async function commonFiles(workDir: string, options: ReleaseOptions): Promise<ArchiveFile[]> {
  const { projectDir, version, date } = options
  const own = join(workDir, 'agent')
  await compile(own, options)
  const completions = Object.entries(shells).map(async ([shell, file]) => ({
    path: `completions/${file}`,
    content: Buffer.from(await run([own, 'completion', shell])),
    executable: false,
  }))
  const program = await createProgram(createApp(currentHost(), []), [])
  return [
    ...(await Promise.all(completions)),
    {
      path: 'man/agent.1',
      content: Buffer.from(manPage(program, { version, date })),
      executable: false,
    },
    {
      path: 'LICENSE',
      content: await readFile(join(projectDir, 'LICENSE')),
      executable: false,
    },
  ]
}
