import { z } from 'zod'
import { type Parsed, parsed, refused } from '../lib/parsed.ts'
import { quoted } from '../lib/quoted.ts'

/** A schema for a scalar: its text, read by one of the functions that flags are read by too. */
export function textAs<T>(parse: (text: string) => Parsed<T>) {
  return z.string().transform((text, context): T => {
    const result = parse(text)
    if (result.ok) return result.value
    context.addIssue({
      code: 'custom',
      message: result.what,
      params: { fix: result.fix },
    })
    return z.NEVER
  })
}

/** A list or map that may be absent, or present with all its entries commented out. */
export function section<T extends z.ZodType>(schema: T) {
  return schema.nullish()
}

export function parseBoolean(text: string): Parsed<boolean> {
  if (/^true$/i.test(text)) return parsed(true)
  if (/^false$/i.test(text)) return parsed(false)
  return refused(`${quoted(text)} is not true or false`, 'write true or false')
}

/** A text for people to read. */
export function parseFreeText(text: string): Parsed<string> {
  return text.trim() === ''
    ? refused('a text is empty', 'write a text or remove the key')
    : parsed(text)
}
