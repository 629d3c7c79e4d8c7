import { mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { BunPlugin } from 'bun'

/** What `npm run build` bakes into a binary; see src/platform/build-info.ts. */
export type BuildConstants = { version: string; commit?: string; faults: boolean }

export type CompileOptions = {
  /** Absolute path of the program's main file. */
  entry: string
  /** Absolute path of the binary; replaced in one step when the build succeeded. */
  outfile: string
  constants: BuildConstants
  /** A Bun made for another machine, to compile for that one; absent: this machine. */
  crossTarget?: { bunTarget: Bun.Build.CompileTarget; executablePath: string }
}

/**
 * Compiles a program into one executable file.
 *
 * `agent` starts inside checkouts nobody has read yet, so nothing in the current directory may reach
 * it: no `.env`, `bunfig.toml`, `tsconfig.json` or `package.json` is read at run time, and an import the bundler could not
 * resolve, which Bun would look for in the `node_modules` of the current directory, fails the build.
 */
export async function compileBinary(options: CompileOptions): Promise<void> {
  const workDir = await mkdtemp(join(dirname(options.outfile), '.build-'))
  try {
    const built = join(workDir, 'agent')
    const result = await Bun.build({
      entrypoints: [options.entry],
      target: 'bun',
      format: 'esm',
      minify: true,
      bytecode: true,
      splitting: true,
      sourcemap: 'linked',
      allowUnresolved: [],
      define: defines(options.constants),
      plugins: [withoutNativeAddons, withLazySsh, withoutDebugLog],
      compile: {
        outfile: built,
        autoloadDotenv: false,
        autoloadBunfig: false,
        autoloadTsconfig: false,
        autoloadPackageJson: false,
        ...(options.crossTarget === undefined
          ? {}
          : {
              target: options.crossTarget.bunTarget,
              executablePath: options.crossTarget.executablePath,
            }),
      },
    })
    if (!result.success) throw new AggregateError(result.logs, `cannot compile ${options.entry}`)
    await rename(built, options.outfile)
  } finally {
    await rm(workDir, { recursive: true, force: true })
  }
}

function defines(constants: BuildConstants): Record<string, string> {
  return {
    'globalThis.AGENT_VERSION': JSON.stringify(constants.version),
    'globalThis.AGENT_COMMIT':
      constants.commit === undefined ? 'undefined' : JSON.stringify(constants.commit),
    'globalThis.AGENT_FAULTS': String(constants.faults),
    // Else the folders of the machine that builds are in the program (of ssh2, which looks for nothing there on Unix):
    // it would depend on where the sources lie.
    __dirname: '"/"',
    __filename: '"/"',
  }
}

/**
 * ssh2 tries two addons compiled on the build machine and works without them. They would make the
 * binary depend on whether that machine had a C++ compiler, and could not run on a cross-compiled one.
 */
const withoutNativeAddons: BunPlugin = {
  name: 'without-native-addons',
  setup(build) {
    build.onResolve({ filter: /^cpu-features$|\.node$/ }, ({ path }) => ({
      path,
      namespace: 'native-addon',
    }))
    build.onLoad({ filter: /.*/, namespace: 'native-addon' }, () => ({
      contents: 'throw new Error("native addons are not part of this program")',
      loader: 'js',
    }))
  },
}

/** docker-modem loads ssh2 (8 ms) for every engine; only one behind `ssh://` needs it. */
const withLazySsh: BunPlugin = {
  name: 'with-lazy-ssh',
  setup(build) {
    build.onLoad({ filter: /\/docker-modem\/lib\/modem\.js$/ }, async ({ path }) => {
      const eager = "ssh = require('./ssh')"
      const source = await readFile(path, 'utf8')
      if (!source.includes(eager)) throw new Error(`${path} no longer holds: ${eager}`)
      const lazy = "ssh = (options) => require('./ssh')(options)"
      return { contents: source.replace(eager, lazy), loader: 'js' }
    })
  },
}

/**
 * docker-modem loads the package `debug` (1.4 ms, a third of what is left of it), to print every request to stderr
 * when the variable DEBUG says so. Nobody asks `agent` for that, and the credentials of a pull would be among it.
 */
const withoutDebugLog: BunPlugin = {
  name: 'without-debug-log',
  setup(build) {
    build.onResolve({ filter: /^debug$/ }, ({ path }) => ({ path, namespace: 'debug-log' }))
    build.onLoad({ filter: /.*/, namespace: 'debug-log' }, () => ({
      contents: 'module.exports = () => () => undefined',
      loader: 'js',
    }))
  },
}
