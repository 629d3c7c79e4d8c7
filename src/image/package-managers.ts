import type { PackageManager } from '../config/dependency.ts'

/** What each manager needs in the image to install a package. */
export const MANAGER_REQUIRES: Readonly<Record<PackageManager, readonly string[]>> = {
  cargo: ['rust'],
  go: ['go'],
  npm: ['node'],
  pip: ['python'],
  uv: ['python', 'uv'],
}

/** Two spellings of one package get the same name (PEP 503 for PyPI, where `_`, `.` and `-` are one). */
export function packageName(manager: PackageManager, name: string): string {
  if (manager !== 'pip' && manager !== 'uv') return name
  const [project = '', extras] = name.toLowerCase().split('[')
  const canonical = project.replaceAll(/[-_.]+/g, '-')
  return extras === undefined ? canonical : `${canonical}[${extras}`
}
