import { join } from 'node:path'
import type { BaseImage } from '../base-images.ts'
import { debianMirror } from '../private-packages.ts'
import { run } from '../run-command.ts'
import { importArchive } from './import-image.ts'

const omitted = ['doc', 'info', 'lintian', 'locale', 'man']

/** debian:bookworm-slim by mmdebstrap: minbase without documentation, and the machine's extra certificates. */
export const debianImage: BaseImage = {
  references: ['debian:bookworm-slim'],
  recipe: 'mmdebstrap minbase 2',
  async build({ folder, extraCertificates, options }) {
    const archive = join(folder, 'debian.tar')
    const words = [
      '--quiet',
      '--mode=root',
      '--variant=minbase',
      ...omitted.map((each) => `--dpkgopt=path-exclude=/usr/share/${each}/*`),
      // The image is thrown away when this is cut short: no need to wait for the disk.
      '--dpkgopt=force-unsafe-io',
      '--aptopt=Acquire::Languages "none"',
      '--aptopt=Acquire::GzipIndexes "true"',
      '--customize-hook=mkdir -p "$1/usr/local/share/ca-certificates"',
      ...extraCertificates.map(
        (file) => `--customize-hook=copy-in "${file}" /usr/local/share/ca-certificates`,
      ),
      // One file for programs that take additional authorities by path, as Node.js does.
      '--customize-hook=cat /dev/null "$1"/usr/local/share/ca-certificates/*.crt > "$1/usr/local/share/extra-ca.pem" || true',
    ]
    await run(['mmdebstrap', ...words, 'bookworm', archive, await debianMirror()], {
      ...options,
      limitMs: 10 * 60_000,
    })
    await importArchive(
      archive,
      'debian:bookworm-slim',
      ['CMD ["bash"]', path, certificates],
      options,
    )
  },
}

/** For what is copied into it out of other images, such as Node.js. */
const certificates = 'ENV NODE_EXTRA_CA_CERTS=/usr/local/share/extra-ca.pem'
const path = 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
