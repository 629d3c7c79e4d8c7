import { spawnSync } from 'node:child_process'
import { test } from 'bun:test'
import { skippedTest } from '../engine/test-engine.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** A disk of its own, as a folder. */
export type SmallDisk = Disposable & { path: string; resize: (sizeKb: number) => void }

/** A test on an empty disk of this size; skipped, with its reason, where nobody lets us mount one. */
export function diskTest(name: string, sizeKb: number, run: (disk: SmallDisk) => void): void {
  if (canMount()) {
    test(name, () => {
      using disk = mountDisk(sizeKb)
      if (disk === undefined) throw new Error('mount refused')
      run(disk)
    })
  } else {
    skippedTest(name, 'a small disk needs the right to mount (root)')
  }
}

function canMount(): boolean {
  using disk = mountDisk(64)
  return disk !== undefined
}

function mountDisk(sizeKb: number): SmallDisk | undefined {
  const folder = temporaryFolder()
  const mount = (options: string): boolean =>
    spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder.path]).status === 0
  if (!mount(`size=${sizeKb}k,mode=0700`)) {
    folder[Symbol.dispose]()
    return undefined
  }
  return {
    path: folder.path,
    resize: (newSizeKb) => void mount(`remount,size=${newSizeKb}k`),
    [Symbol.dispose]: () => {
      spawnSync('umount', ['--lazy', folder.path])
      folder[Symbol.dispose]()
    },
  }
}
