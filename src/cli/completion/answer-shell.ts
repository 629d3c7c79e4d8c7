import type { AppContext } from '../app-context.ts'
import { completeWords } from './complete-words.ts'

/** Prints what can stand where the last word is typed. A failure is no candidate: nobody who presses Tab wants to read it. */
export async function answerShell(app: AppContext, words: readonly string[]): Promise<void> {
  try {
    const lines = await completeWords(app, words)
    if (lines.length > 0) app.output.answer(lines.join('\n'))
  } catch {
    return
  }
}
