import { systemOutput } from '../../../../src/platform/output.ts'

// Says a lot to whoever has closed the other end, then a last word.
const output = systemOutput()
for (let index = 0; index < 50; index++) {
  await output.pass('stdout', Buffer.from(`${'x'.repeat(1000)}\n`))
  output.answer('answer')
  await new Promise(setImmediate)
}
output.note('survived')
