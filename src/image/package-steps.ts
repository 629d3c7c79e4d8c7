import type { PackageManager } from '../config/dependency.ts'
import type { ChosenPackage, InstallPlan } from './install-plan.ts'
import { type Leftovers, runStep } from './run-step.ts'
import { shellWord } from '../lib/shell-word.ts'

/** How a manager installs for everybody, into /usr/local. */
type Manager = {
  commands: (packages: readonly ChosenPackage[]) => string[]
  leftovers: Required<Leftovers>
}

const MANAGERS: Readonly<Record<PackageManager, Manager>> = {
  cargo: {
    commands: (packages) => [
      'export CARGO_HOME=/root/.cargo CARGO_TARGET_DIR=/root/.cache/cargo',
      ...packages.map(
        ({ name, version }) =>
          `cargo install --locked --root /usr/local ${specifier(name, '@', version)}`,
      ),
    ],
    leftovers: leftoversIn('/root/.cargo', '/root/.cache/cargo'),
  },
  go: {
    commands: (packages) => [
      // A tool may need a newer Go than the image has; for the user's own programs the image's is the one.
      'export GOTOOLCHAIN=auto CGO_ENABLED=0 GOBIN=/usr/local/bin GOPATH=/root/go GOCACHE=/root/.cache/go',
      ...packages.map(
        ({ name, version }) => `go install ${specifier(name, '@', version ?? 'latest')}`,
      ),
    ],
    leftovers: leftoversIn('/root/go', '/root/.cache/go'),
  },
  npm: {
    commands: (packages) => [
      ...(packages.some(({ name }) => name === 'yarn') ? [REMOVE_SHIPPED_YARN] : []),
      // Else npm leaves one in /tmp, which belongs to root for ever.
      'export NODE_DISABLE_COMPILE_CACHE=1',
      `npm install --global --no-audit --no-fund ${specifiers(packages, '@')}`,
    ],
    leftovers: leftoversIn('/root/.npm'),
  },
  pip: {
    commands: (packages) => [`pip install --root-user-action=ignore ${specifiers(packages, '==')}`],
    leftovers: leftoversIn('/root/.cache/pip'),
  },
  uv: {
    commands: (packages) => [
      'export UV_TOOL_DIR=/opt/uv-tools UV_TOOL_BIN_DIR=/usr/local/bin UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy',
      ...packages.map(({ name, version }) => `uv tool install ${specifier(name, '==', version)}`),
    ],
    leftovers: leftoversIn('/root/.cache/uv'),
  },
}

/** The official images of Node.js have a Yarn, whose links npm does not replace. */
const REMOVE_SHIPPED_YARN = 'rm -f /usr/local/bin/yarn /usr/local/bin/yarnpkg'

/** Later ones may build on what earlier ones installed. */
const ORDER = ['npm', 'pip', 'uv', 'go', 'cargo'] as const

/** One step for each manager that has something to install. */
export function packageSteps({ packages }: InstallPlan, cacheMounts: boolean): string[] {
  return ORDER.filter((manager) => packages[manager].length > 0).map((manager) => {
    const { commands, leftovers } = MANAGERS[manager]
    return runStep(commands(packages[manager]), { cacheMounts, leftovers })
  })
}

function specifiers(packages: readonly ChosenPackage[], separator: string): string {
  return packages.map(({ name, version }) => specifier(name, separator, version)).join(' ')
}

function specifier(name: string, separator: string, version: string | undefined): string {
  return shellWord(version === undefined ? name : `${name}${separator}${version}`)
}

function leftoversIn(...folders: readonly string[]): Required<Leftovers> {
  return { caches: folders, cleanUp: `rm -rf ${folders.join(' ')}` }
}
