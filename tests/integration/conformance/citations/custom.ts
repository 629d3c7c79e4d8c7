import { cite } from './citation.ts'

/** Grammar and good custom, where no keyword stands. */
export const custom = {
  chunkGrammar: cite('OUGHT', 'RFC 9112 §7.1', 'chunk-size = 1*HEXDIG'),
  extensionGrammar: cite(
    'OUGHT',
    'RFC 9112 §7.1.1',
    'chunk-ext = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )',
  ),
  lineTerminator: cite(
    'OUGHT',
    'RFC 9112 §2.2',
    'Although the line terminator for the start-line and fields is the sequence CRLF, a recipient MAY recognize a single LF as a line terminator and ignore any preceding CR.',
  ),
  fieldName: cite('OUGHT', 'RFC 9110 §5.1', 'field-name = token'),
  transparent: cite(
    'OUGHT',
    'custom',
    'a client and its service see each other as if nobody stood between them',
  ),
  httpoxy: cite(
    'OUGHT',
    'custom',
    'the field Proxy is removed, because CGI programs take it for the address of their proxy (httpoxy)',
  ),
} as const
