/** What is seen of the host, read-only. An allow-list: no home, no /run with its sockets, no /var, /srv, /mnt. */
export const SHOWN = [
  'usr',
  'bin',
  'sbin',
  'lib',
  'lib32',
  'lib64',
  'libx32',
  'etc',
  'opt',
  'nix',
  'gnu',
]
/** What package tools want to read. */
export const SHOWN_OF_VAR = ['/var/lib/dpkg', '/var/lib/apt', '/var/lib/rpm', '/var/lib/pacman']

/** Of the host's own devices; everything else in /dev is the container's. */
export const DEVICES = ['null', 'zero', 'full', 'random', 'urandom', 'tty']
export const DEVICE_LINKS = {
  fd: '/proc/self/fd',
  stdin: 'fd/0',
  stdout: 'fd/1',
  stderr: 'fd/2',
} as const

/**
 * Places where root of the host may write although it has no capability here: a file's owner needs none,
 * and in a user namespace root of the host is still the owner of these.
 */
export const HOST_CONTROLS = ['sys', 'sysrq-trigger', 'irq', 'bus', 'fs', 'acpi', 'scsi']
/** Read as root they tell about the host, or hold its memory. */
export const HOST_SECRETS = [
  'kcore',
  'keys',
  'timer_list',
  'latency_stats',
  'kallsyms',
  'kmsg',
  'config.gz',
]
