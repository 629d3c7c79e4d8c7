import { type Parsed, parsed, refused } from './parsed.ts'
import { quoted } from './quoted.ts'

/** RFC 1035 §2.3.4. */
export const DNS_LABEL_MAX = 63

const DNS_LABEL = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/

/**
 * Whether a text can be one part of a host name as it stands: a–z, 0–9 and inner hyphens, 1–63 characters
 * (RFC 1123 §2.1). Lower case only, because browsers lower the case of hosts. Labels that begin with `xn--`
 * are out: they mean encoded Unicode (RFC 5890 §2.3.2.1), and browsers refuse a URL where they decode to nothing.
 */
export function isDnsLabel(text: string): boolean {
  return text.length <= DNS_LABEL_MAX && DNS_LABEL.test(text) && !text.startsWith('xn--')
}

/**
 * Reads a name that becomes part of a host name.
 * @param subject what the name is for, as the message begins: `name`, `service name`
 */
export function parseDnsLabel(text: string, subject: string): Parsed<string> {
  if (isDnsLabel(text)) return parsed(text)
  const suggestion = toDnsLabel(text)
  return refused(
    `${subject} ${quoted(text)} ${labelFault(text)}`,
    suggestion === undefined ? 'use lower-case letters, digits and hyphens' : `write ${suggestion}`,
  )
}

/** The nearest label to a free text (a branch, a folder): `Feature/Log-In` → `feature-log-in`. Undefined when nothing is left. */
export function toDnsLabel(text: string): string | undefined {
  const label = text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '')
    .slice(0, DNS_LABEL_MAX)
    .replace(/-$/, '')
  return isDnsLabel(label) ? label : undefined
}

function labelFault(text: string): string {
  if (text === '') return 'is empty'
  if (text.length > DNS_LABEL_MAX) {
    return `has ${text.length} characters, more than the ${DNS_LABEL_MAX} of a DNS label`
  }
  if (text.startsWith('xn--')) return 'begins with xn--, which stands for encoded Unicode'
  const wrong = /[^a-z0-9-]/u.exec(text)?.[0]
  if (wrong === undefined) return 'begins or ends with a hyphen'
  if (/[A-Z]/.test(wrong)) return 'has upper-case letters, which host names do not keep'
  return `holds ${quoted(wrong)}, which a DNS label cannot`
}
