import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BaseImage } from '../base-images.ts'
import { buildFolder } from './import-image.ts'

const dockerfile = `FROM debian:bookworm-slim
RUN apt-get update -q \\
 && apt-get install -yq --no-install-recommends python3 python3-pip python3-venv ca-certificates \\
 && rm -rf /var/lib/apt/lists/* \\
 && for name in python python3; do ln -s /usr/bin/python3 /usr/local/bin/$name; done \\
 && for name in pip pip3; do ln -s /usr/bin/pip3 /usr/local/bin/$name; done \\
 && printf '[global]\\ncert = /etc/ssl/certs/ca-certificates.crt\\nbreak-system-packages = true\\n' > /etc/pip.conf
ENV PYTHON_VERSION=3.11
CMD ["python3"]
`

/** Python 3.11 from Debian: in /usr/bin with links in /usr/local/bin, and pip free to install as the original's is. */
export const pythonImage: BaseImage = {
  references: ['python:3.11-slim'],
  base: 'debian:bookworm-slim',
  recipe: dockerfile,
  async build({ folder, options }) {
    await writeFile(join(folder, 'Dockerfile'), dockerfile)
    await buildFolder(folder, 'python:3.11-slim', options)
  },
}
