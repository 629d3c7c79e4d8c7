import { expect as withJestMatchers } from 'expect'
import type { DenoHook } from '../../src/platform/deno/deno-globals.ts'
import { bunMatchers } from './bun-matchers.ts'
import { rowTitle } from './row-title.ts'

/*
 * Of `bun:test` what the unit tests use, on the test runner of Deno. deno.json puts it in the place of that module.
 */

type Run = () => unknown

type Declare = (name: string, run: Run, timeoutMs?: number) => void

/** More than the 5 s of Bun: properties, which are most of the work here, take about three times as long on Deno. */
const USUAL_TIMEOUT_MS = 20_000

/** The groups around what is being declared, outermost first. Declaring has no other way to know them. */
const groups: { readonly name: string; readonly isSkipped: boolean }[] = []

function declareTest(isSkipped: boolean): Declare {
  return (name, run, timeoutMs = USUAL_TIMEOUT_MS) =>
    Deno.test({
      name: [...groups.map((group) => group.name), name].join(' > '),
      fn: async () => {
        await run()
      },
      timeout: timeoutMs,
      ignore: isSkipped || groups.some((group) => group.isSkipped),
    })
}

function declareGroup(isSkipped: boolean): (name: string, declareAll: () => void) => void {
  return (name, declareAll) => {
    groups.push({ name, isSkipped })
    declareAll()
    groups.pop()
  }
}

/** Declares once for each row; a row that is an array is several arguments. */
function forEachRow(declare: Declare) {
  return (rows: readonly unknown[]) =>
    (title: string, run: (...row: unknown[]) => unknown, timeoutMs?: number): void => {
      for (const [index, row] of rows.entries()) {
        const values: readonly unknown[] = Array.isArray(row) ? row : [row]
        declare(rowTitle(title, values, index), () => run(...values), timeoutMs)
      }
    }
}

export const test = Object.assign(declareTest(false), {
  each: forEachRow(declareTest(false)),
  skip: declareTest(true),
  skipIf: declareTest,
})

export const describe = Object.assign(declareGroup(false), {
  each: forEachRow(declareGroup(false)),
  skipIf: declareGroup,
})

export const beforeAll = (run: Run): void => Deno.test.beforeAll(hook(run))
export const beforeEach = (run: Run): void => Deno.test.beforeEach(hook(run))
export const afterEach = (run: Run): void => Deno.test.afterEach(hook(run))
export const afterAll = (run: Run): void => Deno.test.afterAll(hook(run))

function hook(run: Run): DenoHook {
  return async () => {
    await run()
  }
}

withJestMatchers.extend(bunMatchers)

export const expect = withJestMatchers
