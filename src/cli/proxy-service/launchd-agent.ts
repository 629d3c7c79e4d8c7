import { escapeHtml } from '../../proxy/pages/escape-html.ts'
import { SERVICE_MARK, serviceCommand, type ServiceWish } from './service-wish.ts'

/** How launchd calls the service. */
export const LAUNCHD_LABEL = 'agent-proxy'

/** The property list of a user's own proxy (launchd.plist(5)). */
export function launchdAgent(wish: ServiceWish): string {
  const variables = Object.entries(wish.env).map(
    ([name, value]) =>
      `    <key>${escapeHtml(name)}</key>\n    <string>${escapeHtml(value)}</string>\n`,
  )
  return `<?xml version="1.0" encoding="UTF-8"?>
<!-- ${SERVICE_MARK} -->
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${LAUNCHD_LABEL}</string>
  <key>ProgramArguments</key>
  <array>
${serviceCommand(wish)
  .map((word) => `    <string>${escapeHtml(word)}</string>\n`)
  .join('')}  </array>
  <key>EnvironmentVariables</key>
  <dict>
${variables.join('')}  </dict>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>AbandonProcessGroup</key>
  <true/>
  <key>Umask</key>
  <integer>63</integer>
</dict>
</plist>
`
}
