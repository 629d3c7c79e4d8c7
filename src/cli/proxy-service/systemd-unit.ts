import { usageError } from '../../lib/errors.ts'
import { GAVE_WAY } from '../gave-way.ts'
import { quoted } from '../../lib/quoted.ts'
import { SERVICE_MARK, serviceCommand, type ServiceWish } from './service-wish.ts'

/**
 * The unit of a user's own proxy (systemd.service(5), systemd.exec(5)). Only hardening that runs in the same process
 * can bear: it compiles code (no MemoryDenyWriteExecute), and namespaces and set-uid helpers belong to the embedded runtime.
 */
export function systemdUnit(wish: ServiceWish): string {
  const variables = Object.entries(wish.env).map(
    ([name, value]) => `Environment=${systemdWord(`${name}=${value}`)}`,
  )
  return `# ${SERVICE_MARK}
[Unit]
Description=Routing proxy of agent
StartLimitIntervalSec=60
StartLimitBurst=10

[Service]
ExecStart=${serviceCommand(wish).map(commandWord).join(' ')}
${variables.map((line) => `${line}\n`).join('')}Restart=on-failure
RestartSec=1
# Gave way to a newer version: not failed, and to be started again.
RestartForceExitStatus=${GAVE_WAY}
SuccessExitStatus=${GAVE_WAY}
# Runs go on when the proxy ends.
KillMode=process
UMask=0077
LockPersonality=yes
RestrictRealtime=yes

[Install]
WantedBy=default.target
`
}

/** One word as a unit file has it: in quotes, without specifiers. */
function systemdWord(text: string): string {
  if (/[\p{Cc}]/u.test(text))
    throw usageError(`a unit of systemd cannot hold ${quoted(text)}`, 'choose another path')
  return `"${text.replace(/[\\"]/g, '\\$&').replaceAll('%', '%%')}"`
}

/** In a command line `$` stands for variables too. */
function commandWord(text: string): string {
  return systemdWord(text).replaceAll('$', '$$$$')
}
