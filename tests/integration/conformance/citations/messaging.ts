import { cite } from './citation.ts'

/** RFC 9112 §2 to §5: lines, targets and fields. */
export const messaging = {
  bareCr: cite(
    'MUST',
    'RFC 9112 §2.2',
    'A recipient of such a bare CR MUST consider that element to be invalid or replace each bare CR with SP before processing the element or forwarding the message.',
  ),
  leadingEmptyLine: cite(
    'SHOULD',
    'RFC 9112 §2.2',
    'a server that is expecting to receive and parse a request-line SHOULD ignore at least one empty line (CRLF) received prior to the request-line.',
  ),
  leadingBlank: cite(
    'MUST',
    'RFC 9112 §2.2',
    'A recipient that receives whitespace between the start-line and the first header field MUST either reject the message as invalid or consume each whitespace-preceded line without further processing of it',
  ),
  notHttp: cite(
    'SHOULD',
    'RFC 9112 §2.2',
    'receives a sequence of octets that does not match the HTTP-message grammar aside from the robustness exceptions listed above, the server SHOULD respond with a 400 (Bad Request) response and close the connection.',
  ),
  ownVersion: cite(
    'MUST',
    'RFC 9112 §2.3',
    'Intermediaries that process HTTP messages (i.e., all intermediaries other than those acting as tunnels) MUST send their own HTTP-version in forwarded messages',
  ),
  longTarget: cite(
    'MUST',
    'RFC 9112 §3',
    'A server that receives a request-target longer than any URI it wishes to parse MUST respond with a 414 (URI Too Long) status code',
  ),
  lineLength: cite(
    'SHOULD',
    'RFC 9112 §3',
    'It is RECOMMENDED that all HTTP senders and recipients support, at a minimum, request-line lengths of 8000 octets.',
  ),
  badRequestLine: cite(
    'SHOULD',
    'RFC 9112 §3.2',
    'Recipients of an invalid request-line SHOULD respond with either a 400 (Bad Request) error or a 301 (Moved Permanently) redirect with the request-target properly encoded.',
  ),
  host: cite(
    'MUST',
    'RFC 9112 §3.2',
    'A server MUST respond with a 400 (Bad Request) status code to any HTTP/1.1 request message that lacks a Host header field and to any request message that contains more than one Host header field line or a Host header field with an invalid field value.',
  ),
  absoluteForm: cite(
    'MUST',
    'RFC 9112 §3.2.2',
    'A proxy that forwards such a request MUST generate a new Host field value based on the received request-target rather than forward the received Host field value.',
  ),
  acceptAbsolute: cite(
    'MUST',
    'RFC 9112 §3.2.2',
    'A server MUST accept the absolute-form in requests even though most HTTP/1.1 clients will only send the absolute-form to a proxy.',
  ),
  serverOptions: cite(
    'MUST',
    'RFC 9112 §3.2.4',
    'the last proxy on the request chain MUST send a request-target of "*" when it forwards the request to the indicated origin server.',
  ),
  blankBeforeColon: cite(
    'MUST',
    'RFC 9112 §5.1',
    'A server MUST reject, with a response status code of 400 (Bad Request), any received request message that contains whitespace between a header field name and colon.',
  ),
  blankBeforeColonInResponse: cite(
    'MUST',
    'RFC 9112 §5.1',
    'A proxy MUST remove any such whitespace from a response message before forwarding the message downstream.',
  ),
  foldInRequest: cite(
    'MUST',
    'RFC 9112 §5.2',
    'A server that receives an obs-fold in a request message that is not within a "message/http" container MUST either reject the message by sending a 400 (Bad Request), preferably with a representation explaining that obsolete line folding is unacceptable, or replace each received obs-fold with one or more SP octets',
  ),
  foldInResponse: cite(
    'MUST',
    'RFC 9112 §5.2',
    'A proxy or gateway that receives an obs-fold in a response message that is not within a "message/http" container MUST either discard the message and replace it with a 502 (Bad Gateway) response',
  ),
  badTarget: cite(
    'SHOULD',
    'RFC 9112 §3.2',
    'A recipient SHOULD NOT attempt to autocorrect and then process the request without a redirect, since the invalid request-line might be deliberately crafted to bypass security filters along the request chain.',
  ),
} as const
