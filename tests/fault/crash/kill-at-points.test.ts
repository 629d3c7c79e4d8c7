import { expect } from 'bun:test'
import { engineTest } from '../../engine/test-engine.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { sideBySide } from '../support/side-by-side.ts'
import { compileTestBuild } from '../support/test-build.ts'
import { type FaultPoint, pointsOf } from './fault-points.ts'
import { type Drill, type DrillResult, killAtPoint } from './kill-at-point.ts'
import { lives } from './lives.ts'
import { recoveries, summaryOf } from './recovery.ts'

const victims = ['command', 'daemon', 'both'] as const
const homesAtOnce = 8

engineTest(
  'whoever dies at whichever step, the next command or the background process leaves nothing behind',
  async () => {
    using folder = temporaryFolder()
    const binary = await compileTestBuild(folder.path)
    const points = distinct(await sideBySide(lives, homesAtOnce, (life) => pointsOf(life, binary)))
    const drills = points.flatMap((point, at) =>
      victims.map((victim, shift): Drill => {
        const recovery = recoveries[(at + shift) % recoveries.length] ?? 'stop'
        return { point, victim, recovery }
      }),
    )
    const startedMs = performance.now()
    const results = await sideBySide(drills, homesAtOnce, (drill) => killAtPoint(drill, binary))
    report(points, results, performance.now() - startedMs)
    expect(points.length).toBeGreaterThan(80)
    // Where both may end a run, now and then the other one is faster.
    const missed = results.filter(({ reached }) => !reached).map(titleOf)
    for (const title of missed) console.log(title)
    expect(missed.length).toBeLessThan(drills.length / 50)
    expect(results.filter((result) => 'problem' in result).map(titleOf)).toEqual([])
  },
  900_000,
)

/** Each place once: what two parts have in common is drilled in the first. The second time of a name is a place of its own. */
function distinct(byLife: readonly FaultPoint[][]): FaultPoint[] {
  const seen = new Set<string>()
  return byLife.flat().flatMap((point) =>
    Array.from({ length: point.times }, (_, index) => ({
      ...point,
      name: `${point.name}#${index + 1}`,
    })).filter(({ life, role, name }) => {
      const key = `${life.kind} ${role} ${name}`
      return !seen.has(key) && seen.add(key)
    }),
  )
}

function titleOf(result: DrillResult): string {
  const { point, victim, recovery } = result.drill
  const outcome =
    'problem' in result ? result.problem : result.reached ? 'in order' : 'never came there'
  return `${point.life.name}, ${point.role} at ${point.name}, ${victim} died, then ${recovery}: ${outcome}`
}

function report(points: readonly FaultPoint[], results: readonly DrillResult[], ms: number): void {
  for (const life of lives)
    for (const role of ['command', 'daemon'] as const) {
      const names = points.filter((point) => point.life === life && point.role === role)
      if (names.length > 0)
        console.log(`${life.name}, ${role}: ${names.map(({ name }) => name).join(' ')}`)
    }
  for (const result of results) if ('problem' in result) console.log(titleOf(result))
  const seconds = (ms / 1000).toFixed(0)
  console.log(`${points.length} points, ${results.length} drills in ${seconds} s`)
  for (const line of summaryOf(
    results.flatMap((result) => ('recovered' in result ? result.recovered : [])),
  ))
    console.log(line)
}
