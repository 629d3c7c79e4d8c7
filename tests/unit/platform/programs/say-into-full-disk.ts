import { UserError } from '../../../../src/lib/errors.ts'
import { systemOutput } from '../../../../src/platform/output.ts'

// Exits with 7 when the answer's failure is told, and that of what is only said by the way is not.
const output = systemOutput()
output.note('by the way')
output.passNote('and more')
try {
  output.answer('answer')
} catch (error) {
  process.exit(error instanceof UserError && error.message === 'cannot write to stdout' ? 7 : 8)
}
