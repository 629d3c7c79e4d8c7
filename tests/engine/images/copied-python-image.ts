import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BaseImage } from '../base-images.ts'
import { buildFolder } from './import-image.ts'

const dockerfile = `FROM python:3.11-slim
RUN rm /usr/local/bin/python /usr/local/bin/python3 \\
 && cp /usr/bin/python3.11 /usr/local/bin/ \\
 && cp -R /usr/lib/python3.11 /usr/local/lib/ \\
 && for name in python python3; do ln -s python3.11 /usr/local/bin/$name; done \\
 && test "$(python3 -c 'import sys; print(sys.prefix)')" = /usr/local
`

/** Python 3.11 with everything in /usr/local, as in the original: what copies that folder has a Python that runs. */
export const copiedPythonImage: BaseImage = {
  references: ['python:3.11-slim-bookworm'],
  base: 'python:3.11-slim',
  recipe: dockerfile,
  async build({ folder, options }) {
    await writeFile(join(folder, 'Dockerfile'), dockerfile)
    await buildFolder(folder, 'python:3.11-slim-bookworm', options)
  },
}
