import { spawn } from 'node:child_process'
import { UserError } from '../lib/errors.ts'

/** Hands a URL to the desktop's browser. */
export function openInBrowser(url: string, platform: NodeJS.Platform): Promise<void> {
  const program = platform === 'darwin' ? 'open' : 'xdg-open'
  return new Promise((resolve, reject) => {
    const child = spawn(program, [url], { stdio: 'ignore', detached: true })
    child.once('error', (cause) =>
      reject(
        new UserError(`${program} is not there to open ${url}`, {
          fix: 'open the URL by hand',
          cause,
        }),
      ),
    )
    child.once('spawn', () => {
      child.unref()
      resolve()
    })
  })
}
