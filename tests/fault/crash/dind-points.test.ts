import { expect } from 'bun:test'
import { dindTest } from '../../e2e/docker-inside/dind-test.ts'
import { removeNewImages } from '../../e2e/docker-inside/init-images.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { sideBySide } from '../support/side-by-side.ts'
import { compileTestBuild } from '../support/test-build.ts'
import { dindLife } from './dind-life.ts'
import { pointsOf } from './fault-points.ts'
import { type Drill, killAtPoint } from './kill-at-point.ts'
import { recoveries, summaryOf } from './recovery.ts'

await removeNewImages()

const homesAtOnce = 4
const victims = ['command', 'both'] as const

dindTest('whoever dies while it makes or ends an engine of its own, nothing is left', async () => {
  using folder = temporaryFolder()
  const binary = await compileTestBuild(folder.path)
  const points = (await pointsOf(dindLife, binary))
    .filter(({ role }) => role === 'command')
    .flatMap((point) =>
      Array.from({ length: point.times }, (_, at) => ({
        ...point,
        name: `${point.name}#${at + 1}`,
      })),
    )
  const drills = points.map((point, at): Drill => {
    const victim = victims[at % victims.length] ?? 'both'
    return { point, victim, recovery: recoveries[at % recoveries.length] ?? 'stop' }
  })
  const results = await sideBySide(drills, homesAtOnce, (drill) => killAtPoint(drill, binary))
  console.log(`${drills.length} drills`)
  for (const line of summaryOf(
    results.flatMap((result) => ('recovered' in result ? result.recovered : [])),
  ))
    console.log(line)
  const problems = results.flatMap((result) =>
    'problem' in result
      ? `${result.drill.point.name}, ${result.drill.victim}, ${result.drill.recovery}: ${result.problem}`
      : [],
  )
  expect(points.some(({ name }) => name.startsWith('after-call:volume-ensure'))).toBe(true)
  expect(points.some(({ name }) => name.startsWith('after-call:network-remove'))).toBe(true)
  expect(problems).toEqual([])
})
