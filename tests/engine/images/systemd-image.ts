import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BaseImage } from '../base-images.ts'
import { buildFolder } from './import-image.ts'

export const SYSTEMD_IMAGE = 'agent-test/systemd:bookworm'

/** Units of Debian that want devices, consoles or a clock of their own are not started. */
const dockerfile = `FROM debian:bookworm-slim
RUN apt-get update -q \\
 && apt-get install -yq --no-install-recommends systemd dbus-user-session libpam-systemd procps sudo \\
 && rm -rf /var/lib/apt/lists/* \\
 && rm -f /etc/systemd/system/*.wants/* /lib/systemd/system/sysinit.target.wants/* \\
 && useradd --create-home --shell /bin/bash me \\
 && echo 'me ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/me
ENV container=docker
STOPSIGNAL SIGRTMIN+3
CMD ["/lib/systemd/systemd"]
`

/** A small Debian that systemd starts, with an ordinary user `me` who may use sudo. To be run privileged. */
export const systemdImage: BaseImage = {
  references: [SYSTEMD_IMAGE],
  base: 'debian:bookworm-slim',
  recipe: dockerfile,
  async build({ folder, options }) {
    await writeFile(join(folder, 'Dockerfile'), dockerfile)
    await buildFolder(folder, SYSTEMD_IMAGE, options)
  },
}
