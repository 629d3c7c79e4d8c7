import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BaseImage } from '../base-images.ts'
import { run } from '../run-command.ts'
import { importFolder } from './import-image.ts'

/** busybox from Debian's busybox-static. Its `wget -T` crashes: use wget without a time limit. */
export const busyboxImage: BaseImage = {
  references: ['busybox:latest'],
  recipe: 'busybox-static 1',
  async build({ folder, tools: { busybox }, options }) {
    for (const made of ['bin', 'etc', 'root', 'tmp', 'var/tmp']) {
      await mkdir(join(folder, made), { recursive: true })
    }
    await run(['chmod', '1777', join(folder, 'tmp'), join(folder, 'var/tmp')])
    await copyFile(busybox, join(folder, 'bin/busybox'))
    const applets = (await run([busybox, '--list'])).trim().split('\n')
    for (const applet of applets.filter((name) => name !== 'busybox')) {
      await symlink('busybox', join(folder, 'bin', applet))
    }
    await writeFile(join(folder, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n')
    await writeFile(join(folder, 'etc/group'), 'root:x:0:\n')
    await importFolder(folder, 'busybox:latest', ['CMD ["sh"]'], options)
  },
}
