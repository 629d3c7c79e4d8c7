import type { ProjectFiles } from './project-files.ts'
import { LISTEN_EVERYWHERE, type Suggestion } from './suggestion.ts'

type Framework = {
  /** As requirement files name it. */
  package: string
  name: string
  port: number
  /** What starts it, with `PORT` for the port; undefined when the files do not tell. */
  start: (files: ProjectFiles, port: number) => string | undefined
}

/** Where a project usually has its application, in the order in which flask looks. */
const APPLICATIONS = ['wsgi.py', 'app.py', 'main.py', 'server.py'] as const

const FRAMEWORKS: readonly Framework[] = [
  {
    package: 'django',
    name: 'Django',
    port: 8000,
    start: (files, port) =>
      files.text('manage.py') === undefined
        ? undefined
        : `python manage.py runserver 0.0.0.0:${port}`,
  },
  {
    package: 'fastapi',
    name: 'FastAPI',
    port: 8000,
    start: (files, port) => {
      const file = files.first(APPLICATIONS)
      if (file === undefined) return undefined
      return `uvicorn ${file.replace('.py', '')}:app --host 0.0.0.0 --port ${port} --reload`
    },
  },
  {
    package: 'flask',
    name: 'Flask',
    port: 5000,
    start: (files, port) => {
      const file = files.first(APPLICATIONS)
      const application = file === undefined ? '' : ` --app ${file}`
      return `flask${application} run --host 0.0.0.0 --port ${port} --debug`
    },
  },
  {
    package: 'streamlit',
    name: 'Streamlit',
    port: 8501,
    start: (files, port) => {
      const file = files.first(['streamlit_app.py', ...APPLICATIONS])
      if (file === undefined) return undefined
      return `streamlit run ${file} --server.address 0.0.0.0 --server.port ${port}`
    },
  },
]

const PYTHON_VERSIONS = { least: 9, most: 13 }

/** A project with requirements.txt or pyproject.toml. */
export function suggestPython(files: ProjectFiles): Suggestion | undefined {
  const requirements = files.text('requirements.txt')
  const project = files.text('pyproject.toml')
  if (requirements === undefined && project === undefined) return undefined
  const wanted = `${requirements ?? ''}\n${project ?? ''}`
  const framework = FRAMEWORKS.find(({ package: name }) => isNamed(wanted, name))
  const version = pythonVersion(files)
  const dependencies = [version === undefined ? 'python' : `python@${version}`]
  if (framework === undefined) return { kind: 'a Python project', dependencies, notes: [] }
  const install =
    requirements === undefined ? 'pip install -e .' : 'pip install -r requirements.txt'
  return {
    kind: framework.name,
    dependencies,
    port: { service: 'web', port: framework.port, why: `what ${framework.name} uses` },
    ...commandOf(framework, install, files),
    notes: [LISTEN_EVERYWHERE],
  }
}

function commandOf(
  { name, port, start }: Framework,
  install: string,
  files: ProjectFiles,
): Pick<Suggestion, 'command'> {
  const last = start(files, port)
  if (last === undefined) return {}
  const line = `python -m venv ~/venv && . ~/venv/bin/activate && ${install} && exec ${last}`
  return {
    command: { line, why: `packages in an environment of the run's own, then ${name}` },
  }
}

/** A requirement of this name, in a line or a TOML string of its own (PEP 508, PEP 621). */
function isNamed(text: string, name: string): boolean {
  return new RegExp(`(?:^|["'])\\s*${name}\\b(?!-)`, 'im').test(text)
}

function pythonVersion(files: ProjectFiles): string | undefined {
  const minor = Number(/^\s*3\.(\d+)/.exec(files.text('.python-version') ?? '')?.[1])
  const isOffered = minor >= PYTHON_VERSIONS.least && minor <= PYTHON_VERSIONS.most
  return isOffered ? `3.${minor}` : undefined
}
