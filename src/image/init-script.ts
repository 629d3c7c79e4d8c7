import type { DockerMode } from './docker-mode.ts'

/** Where an image with Docker inside has its entry point. */
export const INIT = '/usr/local/bin/agent-init'

/** The user of the run in images of ours; there is none where the run is root's. */
const RUN_USER = 'agent'

/** The builder that `docker build` inside uses (docker:dind). */
export const BUILDER = 'side'

const HEAD = `#!/bin/sh
# Starts as root, becomes the user of the run, and then the command.
set -eu
socket=/var/run/docker.sock
fail() {
  echo "agent-init: $1" >&2
  exit 1
}
as_user() {
  grep -q '^${RUN_USER}:' /etc/passwd || exec "$@"
  exec setpriv --reuid=${RUN_USER} --regid="$(id -g ${RUN_USER})" --init-groups --inh-caps=-all --bounding-set=-all --no-new-privs "$@"
}`

/** Further commands of the run (`agent exec`) come in the same way, once there is an engine to talk to. */
const ENTER = `if [ "\${1:-}" = --enter ]; then
  shift
  end=$(($(date +%s) + 60))
  until [ -e /run/agent-ready ]; do
    [ "$(date +%s)" -lt $end ] || fail "the engine inside is not ready"
    sleep 0.1
  done
  as_user "$@"
fi`

/** cgroups of version 2: an engine inside needs its processes in a group of their own (no internal processes). */
const ENGINE = `if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
  mkdir -p /sys/fs/cgroup/init
  xargs -rn1 < /sys/fs/cgroup/cgroup.procs > /sys/fs/cgroup/init/cgroup.procs 2>/dev/null || :
  sed -e 's/ / +/g' -e 's/^/+/' < /sys/fs/cgroup/cgroup.controllers > /sys/fs/cgroup/cgroup.subtree_control 2>/dev/null || :
fi
mount --make-rshared / || fail "the container is not privileged, and the engine inside needs that"
iptables -nL >/dev/null 2>&1 || update-alternatives --set iptables /usr/sbin/iptables-legacy >/dev/null
getent group docker >/dev/null || groupadd --system docker
options=
for server in \${AGENTOPS_NAME_SERVERS:-}; do options="$options --dns $server"; done
log=/var/log/dockerd.log
(setsid sh -c "dockerd$options; echo \\$? > /run/dockerd.exit" </dev/null >$log 2>&1 &)
end=$(($(date +%s) + 30))
until timeout 5 docker info >/dev/null 2>&1; do
  if [ -e /run/dockerd.exit ] || [ "$(date +%s)" -ge $end ]; then
    tail -n 20 $log >&2
    fail "the engine inside did not start"
  fi
  sleep 0.1
done`

/** The socket's group as it is seen inside; which it is depends on the engine. */
const JOIN = `[ -S $socket ] || fail "there is no socket of an engine at $socket"
gid=$(stat -c %g $socket)
getent group "$gid" >/dev/null || echo "engine:x:$gid:" >> /etc/group
sed -i "s/^\\([^:]*:[^:]*:$gid:.*\\)$/\\1,${RUN_USER}/; s/:,${RUN_USER}$/:${RUN_USER}/" /etc/group`

const BUILDX = `(as_user docker buildx create --name ${BUILDER} --driver remote --driver-opt default-load=true --use "$BUILDKIT_HOST" >/dev/null) || fail "buildx could not be told of the builder"`

const TAIL = `[ $# -gt 0 ] || set -- bash
: > /run/agent-ready
as_user "$@"`

/** The entry point of images with a docker mode: POSIX sh, begun as root. */
export function initScript(mode: DockerMode): string {
  const parts = mode === 'host' ? [JOIN, TAIL] : [ENGINE, JOIN, BUILDX, TAIL]
  return `${[HEAD, ENTER, ...parts].join('\n')}\n`
}
