import { testLabels } from '../../engine/test-engine.ts'
import { SYSTEMD_IMAGE } from '../../engine/images/systemd-image.ts'
import { docker, until } from '../support/agent-home.ts'

const USER = 'me'
const UID = 1000

/** Answers every request with the words in it; systemd listens for it (systemd.socket(5), Accept=yes). */
const SERVICE = `
mkdir -p /run/systemd/system
cat > /run/systemd/system/hello.socket <<'END'
[Socket]
ListenStream=127.0.0.1:9000
Accept=yes
END
cat > /run/systemd/system/hello@.service <<'END'
[Service]
StandardInput=socket
ExecStart=/bin/printf 'HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\nConnection: close\\r\\n\\r\\nhello'
END
systemctl daemon-reload
systemctl start hello.socket
`

/**
 * A machine that a live systemd runs, in a privileged container, with a user who may stay logged out (`loginctl
 * enable-linger`), a program that serves port 9000, and a folder of this machine's at /builds.
 */
export class SystemdMachine implements AsyncDisposable {
  readonly #id: string

  private constructor(id: string) {
    this.#id = id
  }

  /** `firstPort`: the first that an ordinary user may listen on. */
  static async boot({
    builds,
    firstPort,
  }: {
    builds: string
    firstPort: number
  }): Promise<SystemdMachine> {
    const options = {
      tmpfs: ['/run', '/tmp'],
      sysctl: [
        `net.ipv4.ip_unprivileged_port_start=${firstPort}`,
        // Off in containers of older engines.
        'net.ipv6.conf.all.disable_ipv6=0',
      ],
      volume: [`${builds}:/builds:ro`],
      label: Object.entries(testLabels()).map(([name, value]) => `${name}=${value}`),
    }
    const words = Object.entries(options).flatMap(([name, values]) =>
      values.flatMap((value) => [`--${name}`, value]),
    )
    const id = await docker([
      'run',
      '--detach',
      '--privileged',
      '--cgroupns',
      'private',
      ...words,
      SYSTEMD_IMAGE,
    ])
    const machine = new SystemdMachine(id)
    try {
      await machine.#start()
      return machine
    } catch (error) {
      await machine[Symbol.asyncDispose]()
      throw error
    }
  }

  async #start(): Promise<void> {
    await until('systemd takes orders', () =>
      this.asRoot('systemctl is-system-running --wait').then(
        () => true,
        () => false,
      ),
    )
    await this.asRoot(SERVICE)
    await this.asRoot(`loginctl enable-linger ${USER}`)
    await this.logIn()
  }

  /** Runs a script as root; throws when it fails. */
  asRoot(script: string): Promise<string> {
    return docker(['exec', this.#id, 'bash', '-ec', script])
  }

  /** Runs a script as the ordinary user. */
  asUser(script: string): Promise<string> {
    const session = ['--env', `XDG_RUNTIME_DIR=/run/user/${UID}`, '--workdir', `/home/${USER}`]
    return docker(['exec', '--user', USER, ...session, this.#id, 'bash', '-ec', script])
  }

  /** As `asUser`, for a script that fails: what it wrote to stderr. */
  async refusal(script: string): Promise<string> {
    return this.asUser(`if ${script} 2>&1 > /dev/null; then exit 3; fi`)
  }

  /** Puts a program of /builds in the place of the installed one, as an upgrade does. */
  async install(build: string): Promise<void> {
    await this.asRoot(
      `cp /builds/${build} /usr/local/bin/.new; mv /usr/local/bin/.new /usr/local/bin/agent`,
    )
  }

  /** Everything of the user's ends. */
  async logOut(): Promise<void> {
    await this.asRoot(`systemctl stop user@${UID}`)
  }

  /** What lingering does when the machine starts. */
  async logIn(): Promise<void> {
    await this.asRoot(`systemctl start user@${UID}`)
  }

  /** The body of a service's answer; empty when there is no proxy. */
  async ask(host: string, port: number): Promise<string> {
    const request = `GET / HTTP/1.1\\r\\nHost: ${host}\\r\\nConnection: close\\r\\n\\r\\n`
    const script = `exec 3<> /dev/tcp/127.0.0.1/${port}; printf '${request}' >&3; cat <&3`
    const answer = await this.asUser(script).catch(() => '')
    return answer.split('\r\n\r\n').at(-1) ?? ''
  }

  /** Properties of the service's unit (systemctl show). */
  async unit(): Promise<Record<string, string>> {
    const names = 'MainPID,ActiveState,UnitFileState,NRestarts,ExecMainStatus'
    const text = await this.asUser(`systemctl --user show agent-proxy --property ${names}`)
    return Object.fromEntries(
      text.split('\n').map((line) => {
        const at = line.indexOf('=')
        return [line.slice(0, at), line.slice(at + 1)]
      }),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await docker(['rm', '--force', '--volumes', this.#id])
  }
}
