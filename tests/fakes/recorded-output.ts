import type { Output } from '../../src/platform/output.ts'

/** Keeps what a command says, as lines of stdout and as one text of stderr. */
export class RecordedOutput implements Output {
  readonly answers: string[] = []
  notes = ''
  readonly passed: Record<'stdout' | 'stderr', string> = { stdout: '', stderr: '' }

  answer = (line: string): void => void this.answers.push(line)

  note = (line: string): void => void (this.notes += `${line}\n`)

  passNote = (text: string): void => void (this.notes += text)

  /** Nobody reads what is passed on any more. */
  isClosed = false

  pass = async (stream: 'stdout' | 'stderr', bytes: Uint8Array): Promise<boolean> => {
    if (this.isClosed) return false
    this.passed[stream] += Buffer.from(bytes).toString()
    return true
  }
}
