import { cite } from './citation.ts'

/** RFC 9110 §4 to §7: names, fields and whom they are for. */
export const semantics = {
  emptyHost: cite(
    'MUST',
    'RFC 9110 §4.2.1',
    'A recipient that processes such a URI reference MUST reject it as invalid.',
  ),
  hostCase: cite(
    'OUGHT',
    'RFC 9110 §4.2.3',
    'The scheme and host are case-insensitive and normally provided in lowercase; all other components are compared in a case-sensitive manner.',
  ),
  userInfo: cite(
    'SHOULD',
    'RFC 9110 §4.2.4',
    'Before making use of an "http" or "https" URI reference received from an untrusted source, a recipient SHOULD parse for userinfo and treat its presence as an error; it is likely being used to obscure the authority for the sake of phishing attacks.',
  ),
  unknownFields: cite(
    'MUST',
    'RFC 9110 §5.1',
    'A proxy MUST forward unrecognized header fields unless the field name is listed in the Connection header field (Section 7.6.1) or the proxy is specifically configured to block, or otherwise transform, such fields.',
  ),
  fieldOrder: cite(
    'MUST',
    'RFC 9110 §5.3',
    'a proxy MUST NOT change the order of these field line values when forwarding a message.',
  ),
  wholeHeader: cite(
    'MUST',
    'RFC 9110 §5.3',
    'A server MUST NOT apply a request to the target resource until it receives the entire request header section',
  ),
  largeFields: cite(
    'MUST',
    'RFC 9110 §5.4',
    'A server that receives a request header field line, field value, or set of fields larger than it wishes to process MUST respond with an appropriate 4xx (Client Error) status code.',
  ),
  fieldBlanks: cite(
    'MUST',
    'RFC 9110 §5.5',
    'a field parsing implementation MUST exclude such whitespace prior to evaluating the field value.',
  ),
  opaqueBytes: cite(
    'SHOULD',
    'RFC 9110 §5.5',
    'A recipient SHOULD treat other allowed octets in field content (i.e., obs-text) as opaque data.',
  ),
  dangerousBytes: cite(
    'MUST',
    'RFC 9110 §5.5',
    'a recipient of CR, LF, or NUL within a field value MUST either reject the message or replace each of those characters with SP before further processing or forwarding of that message.',
  ),
  emptyMembers: cite(
    'MUST',
    'RFC 9110 §5.6.1',
    'A recipient MUST parse and ignore a reasonable number of empty list elements',
  ),
  addDate: cite(
    'MUST',
    'RFC 9110 §6.6.1',
    "A recipient with a clock that receives a response message without a Date header field MUST record the time it was received and append a corresponding Date header field to the message's header section if it is cached or forwarded downstream.",
  ),
  connection: cite(
    'MUST',
    'RFC 9110 §7.6.1',
    "for each connection-option in this field, remove any header or trailer field(s) from the message with the same name as the connection-option, and then remove the Connection header field itself (or replace it with the intermediary's own control options for the forwarded message).",
  ),
  hopByHop: cite(
    'SHOULD',
    'RFC 9110 §7.6.1',
    'intermediaries SHOULD remove or replace fields that are known to require removal before forwarding, whether or not they appear as a connection-option',
  ),
  listField: cite(
    'MUST',
    'RFC 9110 §7.6.1',
    'the sender MUST list the corresponding field name within the Connection header field.',
  ),
  maxForwards: cite(
    'MUST',
    'RFC 9110 §7.6.2',
    'Each intermediary that receives a TRACE or OPTIONS request containing a Max-Forwards header field MUST check and update its value prior to forwarding the request.',
  ),
  lastHop: cite(
    'MUST',
    'RFC 9110 §7.6.2',
    'If the received value is zero (0), the intermediary MUST NOT forward the request; instead, the intermediary MUST respond as the final recipient.',
  ),
  via: cite(
    'MUST',
    'RFC 9110 §7.6.3',
    'An HTTP-to-HTTP gateway MUST send an appropriate Via header field in each inbound request message',
  ),
  target: cite(
    'MUST',
    'RFC 9110 §7.7',
    'A proxy MUST NOT modify the "absolute-path" and "query" parts of the received target URI when forwarding it to the next inbound server except as required by that forwarding protocol.',
  ),
  content: cite(
    'MUST',
    'RFC 9110 §7.7',
    'A proxy MUST NOT transform the content (Section 6.4) of a response message that contains a no-transform cache directive',
  ),
  endpointFields: cite(
    'SHOULD',
    'RFC 9110 §7.7',
    'A proxy SHOULD NOT modify header fields that provide information about the endpoints of the communication chain, the resource state, or the selected representation',
  ),
  switchOnlyIfAsked: cite(
    'MUST',
    'RFC 9110 §7.8',
    "A server MUST NOT switch to a protocol that was not indicated by the client in the corresponding request's Upgrade header field.",
  ),
  sayUpgrade: cite(
    'MUST',
    'RFC 9110 §7.8',
    'A server that sends a 101 (Switching Protocols) response MUST send an Upgrade header field to indicate the new protocol(s) to which the connection is being switched',
  ),
  upgradeOption: cite(
    'MUST',
    'RFC 9110 §7.8',
    'A sender of Upgrade MUST also send an "Upgrade" connection option in the Connection header field',
  ),
  upgradeInHttp10: cite(
    'MUST',
    'RFC 9110 §7.8',
    'A server that receives an Upgrade header field in an HTTP/1.0 request MUST ignore that Upgrade field.',
  ),
} as const
