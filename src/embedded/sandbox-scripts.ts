/** Descriptors that the first process inside starts with, besides the command's own three. */
export const STATUS_FD = 3
export const ENVIRONMENT_FD = 5

/** Programs of the chain run with this and nothing else: what a user or a project sets could preload code into them. */
export const CHAIN_ENV = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' }

/** Where the command's stderr waits while the chain's own programs complain elsewhere. */
export const STDERR_FD = 6

/** Runs a program of the chain with its stderr in a file, the first argument: its words are not the command's. */
export const COMPLAINING = 'exec 6>&2 2>>"$0"; exec "$@"'

/**
 * The first process inside (pid 1): waits for every child, so no orphan stays a zombie, and reports the
 * command's end, which an exit code alone cannot (who is killed has none). It is deaf to signals, as pid 1 without
 * handlers is; they go to the command itself. A shell starts what it does not wait for with stdin
 * from nowhere and SIGINT ignored, hence the detour of stdin and `--default-signal`.
 */
export function reaperScript({ tty }: { tty: boolean }): string {
  return `. /proc/self/fd/5; exec 5<&- 4<&0
${starter(tty)} "$@" <&4 4<&- 3>&- &
c=$!; exec 4<&- </dev/null >/dev/null 2>&1
echo started >&3; wait $c; echo "exit $?" >&3`
}

/** One more command: its folder is the first argument. */
export function enteredScript({ tty }: { tty: boolean }): string {
  return `. /proc/self/fd/3; exec 3<&-
cd -- "$1" || exit 126; shift; exec ${starter(tty)} "$@"`
}

/** Whose stdin is a terminal is made to control it: without that no key makes a signal, and no shell has jobs. */
function starter(tty: boolean): string {
  return `${tty ? '/usr/bin/setsid --ctty ' : ''}/usr/bin/env --default-signal`
}

const SHELL_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

/** A script that sets these variables; names that no shell can set are left out (see `unscriptable`). */
export function exportScript(env: Readonly<Record<string, string>>): string {
  return Object.entries(env)
    .filter(([name]) => SHELL_NAME.test(name))
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'\n`)
    .join('')
}

/** Variables whose names no shell can set, nor any loader mean anything by. */
export function unscriptable(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !SHELL_NAME.test(name)))
}
