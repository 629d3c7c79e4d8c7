import { expect } from 'bun:test'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ContainerSpec } from '../../../src/runtime/container-spec.ts'
import { EmbeddedBed } from './embedded-bed.ts'
import { embeddedTest } from '../../support/embedded-test.ts'
import { escapeProbes, type Probe } from './escape-probes.ts'
import { hostService, judge, PROBE_ALL, writeProbes } from './probe-workspace.ts'

function workspaceOf(bed: EmbeddedBed, probes: readonly Probe[]): Partial<ContainerSpec> {
  const source = join(bed.dir, 'workspace')
  mkdirSync(source)
  writeProbes(source, probes)
  return { mounts: [{ source, target: '/workspace', readonly: false }], workingDir: '/workspace' }
}

function escapes(probes: readonly Probe[], output: string): string[] {
  return judge(probes, output).flatMap(({ probe, isHeld, result }) =>
    isHeld ? [] : [`${probe.name}: ${result.slice(0, 200)}`],
  )
}

embeddedTest(
  'nothing leads out of a container, and nothing of the host is seen in it',
  async () => {
    await using bed = new EmbeddedBed()
    await using service = await hostService()
    const probes = escapeProbes({ tcpPort: service.port, workspace: join(bed.dir, 'workspace') })
    const { output } = await bed.run(PROBE_ALL, workspaceOf(bed, probes))
    expect(escapes(probes, output)).toEqual([])
  },
  60_000,
)

embeddedTest(
  'a command that enters later is held as well',
  async () => {
    await using bed = new EmbeddedBed()
    await using service = await hostService()
    const all = escapeProbes({ tcpPort: service.port, workspace: join(bed.dir, 'workspace') })
    // Without privileges that it could gain, a full bounding set means nothing.
    const probes = all.filter(
      ({ name }) => name !== 'no bounding capability' && name !== 'only own processes',
    )
    const id = await bed.start('sleep 100', workspaceOf(bed, probes))
    const session = await bed.runtime.exec(id, {
      command: ['sh', '-c', PROBE_ALL],
      env: {},
      tty: false,
      stdin: false,
    })
    await using stream = session.stream
    const chunks: Uint8Array[] = []
    for await (const { bytes } of stream.output) chunks.push(bytes)
    expect(escapes(probes, Buffer.concat(chunks).toString())).toEqual([])
  },
  60_000,
)

embeddedTest('what a project sets in the environment is not loaded by the chain', async () => {
  await using bed = new EmbeddedBed()
  const { output, exitCode } = await bed.run('echo "$LD_PRELOAD"', {
    env: { LD_PRELOAD: '/workspace/evil.so', LD_LIBRARY_PATH: '/workspace', ENV: '/workspace/x' },
  })
  expect(exitCode).toBe(0)
  // The loader of every command after the chain complains that there is no such library, and of none before.
  expect(output).toContain('/workspace/evil.so\n')
  expect(output.match(/object '\/workspace\/evil.so' .* cannot be preloaded/g)?.length).toBe(2)
})

embeddedTest('a link in the workspace is never followed by a mount', async () => {
  await using bed = new EmbeddedBed()
  const more = workspaceOf(bed, [])
  const [workspace] = more.mounts ?? []
  const { symlinkSync, existsSync } = await import('node:fs')
  symlinkSync(bed.dir, join(workspace?.source ?? '', 'link'))
  const mounts = [
    ...(more.mounts ?? []),
    { source: '/usr/share', target: '/workspace/link/planted', readonly: true },
  ]
  const id = await bed.runtime.create(bed.spec('true', { mounts }))
  const error: unknown = await bed.runtime.start(id).catch((failure: unknown) => failure)
  expect(String(error)).toContain('leads through the link "link"')
  expect(existsSync(join(bed.dir, 'planted'))).toBe(false)
})
