import type { ErrorCode, YAMLError } from 'yaml'

type Fault = { what: string; fix: string }

const NO_KEY_AND_VALUE = {
  what: 'a line has no "key: value"',
  fix: 'write a colon and a space after the key',
} as const

const FAULTS: Readonly<Partial<Record<ErrorCode, Fault>>> = {
  TAB_AS_INDENT: { what: 'a tab is used for indentation', fix: 'indent with spaces' },
  BLOCK_AS_IMPLICIT_KEY: {
    what: 'a value holds ": ", or a line is indented by mistake',
    fix: 'put a value that holds ": " in quotes',
  },
  MULTILINE_IMPLICIT_KEY: NO_KEY_AND_VALUE,
  BAD_SCALAR_START: {
    what: 'a value begins with a character that YAML keeps for itself',
    fix: 'put the value in quotes',
  },
  BAD_DQ_ESCAPE: {
    what: 'a text in double quotes holds an unknown escape',
    fix: 'write \\\\ for a backslash, or use single quotes',
  },
  MULTIPLE_DOCS: {
    what: 'the file holds several documents',
    fix: 'keep one, without a second ---',
  },
  RESOURCE_EXHAUSTION: { what: 'values are nested too deeply', fix: 'close the brackets' },
  BLOCK_IN_FLOW: {
    what: 'a list or map inside [ ] or { } is written over several lines',
    fix: 'use [ ] and { } inside them too',
  },
}

/** Codes that stand for several mistakes, told apart by how the parser's message begins. */
const FAULTS_BY_MESSAGE: readonly [code: ErrorCode, start: string, fault: Fault][] = [
  ['BAD_INDENT', 'Flow', { what: 'a [ or { is not closed', fix: 'close it' }],
  [
    'BAD_INDENT',
    '',
    {
      what: 'the indentation fits nothing above it',
      fix: 'indent the entries of one list or map by the same number of spaces',
    },
  ],
  ['MISSING_CHAR', 'Missing closing', { what: 'a quote is not closed', fix: 'close it' }],
  [
    'MISSING_CHAR',
    'Missing ,',
    { what: 'a comma is missing', fix: 'put it between the two entries' },
  ],
  ['MISSING_CHAR', 'Implicit map keys', NO_KEY_AND_VALUE],
  ['MISSING_CHAR', 'Comments must', { what: 'there is no space before a #', fix: 'put one there' }],
]

const UNNAMED_FAULT: Fault = {
  what: 'this is not YAML',
  fix: 'check the colons, quotes, brackets and indentation here and on the line above',
}

/** What a mistake of YAML syntax is called to the user, who need not know the parser's words. */
export function describeYamlFault({ code, message }: YAMLError): Fault {
  const byMessage = FAULTS_BY_MESSAGE.find(
    ([faultCode, start]) => faultCode === code && message.startsWith(start),
  )
  return byMessage?.[2] ?? FAULTS[code] ?? UNNAMED_FAULT
}
