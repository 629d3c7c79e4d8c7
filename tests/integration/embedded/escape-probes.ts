/** One try to get out, or to see what is the host's. `script` is run by sh; what it prints is judged by `harmless`. */
export type Probe = {
  name: string
  /** For a reader: the command, or what it comes to. */
  tries: string
  script: string
  harmless: RegExp
}

/** Nothing but a refusal. */
const refused = /^refused\s*$/
/** Nothing at all. */
const nothing = /^\s*$/

function mustFail(name: string, command: string, tries = command): Probe {
  return {
    name,
    tries,
    script: `if ${command}; then echo done; else echo refused; fi 2>/dev/null`,
    harmless: refused,
  }
}

function mustSeeNothing(name: string, command: string): Probe {
  return { name, tries: command, script: `${command} 2>/dev/null`, harmless: nothing }
}

/** Written where the shell's own redirection fails, which is no matter of the command's exit code. */
function mustNotWrite(path: string): Probe {
  return mustFail(`write ${path}`, `(echo x > ${path}) 2>/dev/null`, `echo x > ${path}`)
}

/** A system call by number (x86-64 | arm64), through whatever interpreter there is. */
function mustDenyCall(name: string, x64: number, arm64: number, parameters: string): Probe {
  const number = process.arch === 'arm64' ? arm64 : x64
  const code = `import ctypes,os;l=ctypes.CDLL(None,use_errno=True);r=l.syscall(${number},${parameters});print("refused" if r<0 and ctypes.get_errno()==1 else "done %d %d"%(r,ctypes.get_errno()))`
  return {
    name: `system call ${name}`,
    tries: `${name}(${parameters})`,
    script: `python3 -c '${code}'`,
    harmless: refused,
  }
}

function mustShow(name: string, command: string, harmless: RegExp): Probe {
  return { name, tries: command, script: command, harmless }
}

function mustNotReach(name: string, code: string): Probe {
  return mustFail(name, `python3 -c 'import socket;socket.${code}'`, `socket.${code}`)
}

/**
 * What a container is tried with. `tcpPort`: of a service on the host's loopback; `workspace`: the folder on the
 * host that is `/workspace` inside.
 */
export function escapeProbes(host: { tcpPort: number; workspace: string }): readonly Probe[] {
  return [...privilegeProbes(host), ...fileProbes(host), ...networkProbes(host), ...kernelProbes()]
}

function privilegeProbes({ workspace }: { workspace: string }): readonly Probe[] {
  return [
    // Identity and privileges.
    mustShow('not root', 'id -u', /^[1-9]\d*\s*$/),
    mustShow('no effective capability', 'grep CapEff /proc/self/status', /\t0+$/m),
    mustShow('no permitted capability', 'grep CapPrm /proc/self/status', /\t0+$/m),
    mustShow('no bounding capability', 'grep CapBnd /proc/self/status', /\t0+$/m),
    mustShow('no ambient capability', 'grep CapAmb /proc/self/status', /\t0+$/m),
    mustShow('no new privileges', 'grep NoNewPrivs /proc/self/status', /\t1$/m),
    mustShow('a seccomp filter', 'grep Seccomp: /proc/self/status', /\t2$/m),
    mustFail('become root', 'setpriv --reuid=0 true'),
    mustFail('a further user namespace', 'unshare --user true'),
    mustFail('a mount namespace', 'unshare --mount true'),
    mustFail('a network namespace', 'unshare --net true'),
    mustFail('setgroups', 'setpriv --groups=0 true'),
    mustFail('setuid programs', 'su root -c true </dev/null'),
    // Processes.
    mustShow('only own processes', 'ls /proc | grep -c "^[0-9]"', /^[1-8]\s*$/),
    mustFail('signal the first process', 'kill -KILL 1 && ! kill -0 1'),
    mustSeeNothing(
      'the environment of the first process',
      'tr "\\0" "\\n" < /proc/1/environ | grep -v "^PATH=\\|^PWD=\\|^SHLVL=\\|^_="',
    ),
    mustSeeNothing('descriptors beyond the three', 'ls /proc/self/fd | grep -v "^[0-3]$"'),
    mustFail(
      'the root of the first process leads out',
      `test -e /proc/1/root${workspace}/file`,
      'test -e /proc/1/root/<workspace on the host>/file',
    ),
  ]
}

function fileProbes({ workspace }: { workspace: string }): readonly Probe[] {
  return [
    mustSeeNothing('homes', 'ls -A /root; ls -A /home | grep -v "^agent$"'),
    mustSeeNothing('the old root', 'ls -A /.old'),
    mustSeeNothing('password hashes', 'cat /etc/shadow /etc/gshadow /etc/shadow-'),
    mustSeeNothing('keys of the host', 'cat /etc/ssh/*key; ls -A /etc/ssl/private'),
    mustSeeNothing('sudoers', 'cat /etc/sudoers /etc/sudoers.d/*'),
    mustSeeNothing(
      'files that only root may read',
      'find /etc -type f ! -perm -o+r -readable -size +0 | head -3',
    ),
    mustSeeNothing(
      'sockets of the host',
      'find / -xdev -type s 2>/dev/null | head -3; ls /run/docker.sock /var/run/docker.sock',
    ),
    mustSeeNothing(
      'run',
      'ls -A /run | grep -v "^\\.\\(passwd\\|group\\|hostname\\|resolv.conf\\)$"',
    ),
    mustSeeNothing(
      'logs and data',
      'ls -A /var/log; ls -A /srv; ls -A /mnt; ls -A /media; ls -A /boot',
    ),
    ...[
      '/x',
      '/usr/x',
      '/etc/x',
      '/etc/passwd',
      '/etc/hosts',
      '/opt/x',
      '/var/lib/x',
      '/bin/x',
      '/usr/bin/sh',
      '/root/x',
      '/sys/x',
    ].map(mustNotWrite),
    ...[
      'core_pattern',
      'modprobe',
      'hotplug',
      'panic_on_oops',
      'hostname',
      'domainname',
      'randomize_va_space',
      'overflowuid',
    ].map((name) => mustNotWrite(`/proc/sys/kernel/${name}`)),
    mustNotWrite('/proc/sys/vm/drop_caches'),
    mustNotWrite('/proc/sys/user/max_user_namespaces'),
    mustNotWrite('/proc/sys/net/ipv4/ip_forward'),
    mustNotWrite('/proc/sysrq-trigger'),
    mustNotWrite('/proc/irq/default_smp_affinity'),
    mustNotWrite('/proc/1/oom_score_adj'),
    mustSeeNothing('kernel memory', 'head -c 16 /proc/kcore'),
    mustSeeNothing('the key list', 'cat /proc/keys'),
    mustFail('kernel messages', 'dmesg'),
    mustSeeNothing('sysfs', 'ls -A /sys'),
    mustSeeNothing('control groups', 'ls -A /sys/fs/cgroup'),
    // Devices.
    mustSeeNothing(
      'disks',
      'find /dev -type b; ls /dev/mem /dev/kmem /dev/kvm /dev/fuse /dev/net/tun /dev/loop-control',
    ),
    mustFail('make a device', 'mknod /tmp/disk b 8 0'),
    mustFail('make a device in the workspace', 'mknod /workspace/disk b 8 0'),
    // Mounts.
    mustFail('mount a tmpfs', 'mount -t tmpfs none /tmp'),
    mustFail('bind', 'mount --bind / /tmp'),
    mustFail('make the system writable', 'mount -o remount,rw /usr'),
    mustFail('unmount a mask', 'umount /etc/shadow'),
    mustFail('chroot', 'chroot / true'),
    mustFail(
      'a setuid bit works in the workspace',
      'cp /usr/bin/id /workspace/id && chmod u+s /workspace/id && grep " /workspace " /proc/self/mountinfo | grep -qv nosuid',
    ),
    mustFail('a hard link out of the workspace', 'ln /workspace/file /tmp/file'),
    mustFail(
      'leave the workspace upwards',
      `test -e /workspace/..${workspace}/file`,
      'test -e /workspace/../<workspace on the host>/file',
    ),
  ]
}

function networkProbes({ tcpPort }: { tcpPort: number }): readonly Probe[] {
  return [
    reachesPort('loopback of the host', '127.0.0.1', tcpPort),
    reachesPort('loopback of the host over IPv6', '::1', tcpPort),
    // Nothing is sent: the kernel only looks for a route.
    mustNotReach('a route to other machines', 'socket(2,2).connect(("192.0.2.1",9))'),
    mustShow('only loopback', 'tail -n +3 /proc/net/dev | cut -d: -f1', /^\s*lo\s*$/),
    mustSeeNothing('abstract sockets of the host', 'grep @ /proc/net/unix'),
    mustNotReach('raw sockets', 'socket(2,3,1)'),
  ]
}

function reachesPort(name: string, address: string, port: number): Probe {
  const connect = `create_connection(("${address}",${port}),2)`
  return { ...mustNotReach(name, connect), tries: `connect to a service on the host's ${address}` }
}

/** Parts of the kernel that no namespace separates; and what has to work all the same. */
function kernelProbes(): readonly Probe[] {
  return [
    mustDenyCall('keyctl', 250, 219, '0,-3,0,0,0'),
    mustDenyCall('add_key', 248, 217, '0,0,0,0,0'),
    mustDenyCall('bpf', 321, 280, '0,0,0'),
    mustDenyCall('perf_event_open', 298, 241, '0,0,0,0,0'),
    mustDenyCall('userfaultfd', 323, 282, '0'),
    mustDenyCall('io_uring_setup', 425, 425, '1,0'),
    mustDenyCall('open_by_handle_at', 304, 265, '0,0,0'),
    mustDenyCall('kexec_load', 246, 104, '0,0,0,0'),
    mustDenyCall('init_module', 175, 105, '0,0,0'),
    // What has to work all the same.
    mustShow(
      'own folders are writable',
      'for d in /workspace /tmp /run /home/agent /dev/shm /var/tmp; do echo x > $d/.w && rm $d/.w && echo ok; done',
      /^(?:ok\n){6}$/,
    ),
    {
      name: 'own loopback works',
      tries: 'listen on 127.0.0.1:3000 and connect to it',
      script: `python3 -c 'import socket;s=socket.create_server(("127.0.0.1",3000));c=socket.create_connection(("127.0.0.1",3000));s.accept()[0].send(b"ok");print(c.recv(2).decode())'`,
      harmless: /^ok$/m,
    },
    mustShow('/dev/null takes everything', 'echo x > /dev/null && echo ok', /^ok$/m),
  ]
}
