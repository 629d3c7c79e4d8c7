/**
 * How binding a rule is. `OUGHT`: no RFC's keyword stands behind it, but the RFC's own "ought to" or its grammar, or
 * what a client and its service expect of whoever stands between them.
 */
export type Level = 'MUST' | 'SHOULD' | 'OUGHT'

/** Where a rule stands, and the words of it that matter. */
export type Citation = {
  readonly level: Level
  readonly source: string
  readonly quote: string
}

function cite(level: Level, source: string, quote: string): Citation {
  return { level, source, quote }
}

/** RFC 9112: messages, framing and connections. */
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
  noCodingIn204: cite(
    'MUST',
    'RFC 9112 §6.1',
    'A server MUST NOT send a Transfer-Encoding header field in any response with a status code of 1xx (Informational) or 204 (No Content).',
  ),
  unknownCoding: cite(
    'SHOULD',
    'RFC 9112 §6.1',
    'A server that receives a request message with a transfer coding it does not understand SHOULD respond with 501 (Not Implemented).',
  ),
  chunkedToHttp10: cite(
    'MUST',
    'RFC 9112 §6.1',
    'A server MUST NOT send a response containing Transfer-Encoding unless the corresponding request indicates HTTP/1.1 (or later minor revisions).',
  ),
  codingAndLength: cite(
    'MUST',
    'RFC 9112 §6.1',
    'A server MAY reject a request that contains both Content-Length and Transfer-Encoding or process such a request in accordance with the Transfer-Encoding alone. Regardless, the server MUST close the connection after responding to such a request to avoid the potential attacks.',
  ),
  codingInHttp10: cite(
    'MUST',
    'RFC 9112 §6.1',
    'A server or client that receives an HTTP/1.0 message containing a Transfer-Encoding header field MUST treat the message as if the framing is faulty, even if a Content-Length is present, and close the connection after processing the message.',
  ),
  neverBoth: cite(
    'MUST',
    'RFC 9112 §6.2',
    'A sender MUST NOT send a Content-Length header field in any message that contains a Transfer-Encoding header field.',
  ),
  noBody: cite(
    'MUST',
    'RFC 9112 §6.3',
    'is always terminated by the first empty line after the header fields, regardless of the header fields present in the message, and thus cannot contain a message body or trailer section.',
  ),
  removeLength: cite(
    'MUST',
    'RFC 9112 §6.3',
    'An intermediary that chooses to forward the message MUST first remove the received Content-Length field and process the Transfer-Encoding (as described below) prior to forwarding the message downstream.',
  ),
  chunkedNotLast: cite(
    'MUST',
    'RFC 9112 §6.3',
    'If a Transfer-Encoding header field is present in a request and the chunked transfer coding is not the final encoding, the message body length cannot be determined reliably; the server MUST respond with the 400 (Bad Request) status code and then close the connection.',
  ),
  badLength: cite(
    'MUST',
    'RFC 9112 §6.3',
    'If the unrecoverable error is in a request message, the server MUST respond with a 400 (Bad Request) status code and then close the connection.',
  ),
  badLengthInResponse: cite(
    'MUST',
    'RFC 9112 §6.3',
    'If it is in a response message received by a proxy, the proxy MUST close the connection to the server, discard the received response, and send a 502 (Bad Gateway) response to the client.',
  ),
  incompleteLength: cite(
    'MUST',
    'RFC 9112 §6.3',
    'If the sender closes the connection or the recipient times out before the indicated number of octets are received, the recipient MUST consider the message to be incomplete and close the connection.',
  ),
  extraData: cite(
    'MUST',
    'RFC 9112 §6.3',
    'A client MUST NOT process, cache, or forward such extra data as a separate response, since such behavior would be vulnerable to cache poisoning.',
  ),
  parseChunked: cite(
    'MUST',
    'RFC 9112 §7.1',
    'A recipient MUST be able to parse and decode the chunked transfer coding.',
  ),
  chunkSize: cite(
    'MUST',
    'RFC 9112 §7.1',
    'recipients MUST anticipate potentially large hexadecimal numerals and prevent parsing errors due to integer conversion overflows or precision loss due to integer representation.',
  ),
  codingParameters: cite(
    'SHOULD',
    'RFC 9112 §7.1',
    'The chunked coding does not define any parameters. Their presence SHOULD be treated as an error.',
  ),
  ignoreExtensions: cite(
    'MUST',
    'RFC 9112 §7.1.1',
    'A recipient MUST ignore unrecognized chunk extensions.',
  ),
  limitExtensions: cite(
    'OUGHT',
    'RFC 9112 §7.1.1',
    'A server ought to limit the total length of chunk extensions received in a request to an amount reasonable for the services provided',
  ),
  mergeTrailers: cite(
    'MUST',
    'RFC 9112 §7.1.2',
    'A recipient MUST NOT merge a received trailer field into the header section unless its corresponding header field definition explicitly permits and instructs how the trailer field value can be safely merged.',
  ),
  incompleteResponse: cite(
    'MUST',
    'RFC 9112 §8',
    'A client that receives an incomplete response message, which can occur when a connection is closed prematurely or when decoding a supposedly chunked transfer coding fails, MUST record the message as incomplete.',
  ),
  persistence: cite(
    'SHOULD',
    'RFC 9112 §9.3',
    'HTTP implementations SHOULD support persistent connections.',
  ),
  http10Closes: cite(
    'OUGHT',
    'RFC 9112 §9.3',
    'If the received protocol is HTTP/1.0, the "keep-alive" connection option is present, either the recipient is not a proxy or the message is a response, and the recipient wishes to honor the HTTP/1.0 "keep-alive" mechanism, the connection will persist after the current response; otherwise, The connection will close after the current response.',
  ),
  readBodyOrClose: cite(
    'MUST',
    'RFC 9112 §9.3',
    'A server MUST read the entire request message body or close the connection after sending its response; otherwise, the remaining data on a persistent connection would be misinterpreted as the next request.',
  ),
  pipelineOrder: cite(
    'MUST',
    'RFC 9112 §9.3.2',
    'it MUST send the corresponding responses in the same order that the requests were received.',
  ),
  closeAfterClose: cite(
    'MUST',
    'RFC 9112 §9.6',
    'A server that receives a "close" connection option MUST initiate closure of the connection (see below) after it sends the final response to the request that contained the "close" connection option.',
  ),
  sayClose: cite(
    'SHOULD',
    'RFC 9112 §9.6',
    'The server SHOULD send a "close" connection option in its final response on that connection.',
  ),
  nothingAfterClose: cite(
    'MUST',
    'RFC 9112 §9.6',
    'The server MUST NOT process any further requests received on that connection.',
  ),
} as const

/** RFC 9110: semantics. */
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
  noLengthIn204: cite(
    'MUST',
    'RFC 9110 §8.6',
    'A server MUST NOT send a Content-Length header field in any response with a status code of 1xx (Informational) or 204 (No Content).',
  ),
  anyLength: cite(
    'MUST',
    'RFC 9110 §8.6',
    'a recipient MUST anticipate potentially large decimal numerals and prevent parsing errors due to integer conversion overflows or precision loss due to integer conversion',
  ),
  lengthGrammar: cite(
    'MUST',
    'RFC 9110 §8.6',
    'a sender MUST NOT forward a message with a Content-Length header field value that does not match the ABNF above, with one exception: a recipient of a Content-Length header field value consisting of the same decimal value repeated as a comma-separated list (e.g, "Content-Length: 42, 42") MAY either reject the message as invalid or replace that invalid field value with a single instance of the decimal value',
  ),
  unknownMethod: cite(
    'OUGHT',
    'RFC 9110 §9.1',
    'The method token is case-sensitive because it might be used as a gateway to object-based systems with case-sensitive method names.',
  ),
  noRetry: cite(
    'MUST',
    'RFC 9110 §9.2.2',
    'A proxy MUST NOT automatically retry non-idempotent requests.',
  ),
  headLikeGet: cite(
    'SHOULD',
    'RFC 9110 §9.3.2',
    'The server SHOULD send the same header fields in response to a HEAD request as it would have sent if the request method had been GET.',
  ),
  headWithoutBody: cite(
    'MUST',
    'RFC 9110 §9.3.2',
    'The HEAD method is identical to GET except that the server MUST NOT send content in the response.',
  ),
  connectPort: cite(
    'MUST',
    'RFC 9110 §9.3.6',
    'A server MUST reject a CONNECT request that targets an empty or invalid port number, typically by responding with a 400 (Bad Request) status code.',
  ),
  connectTargets: cite(
    'SHOULD',
    'RFC 9110 §9.3.6',
    'Proxies that support CONNECT SHOULD restrict its use to a limited set of known ports or a configurable list of safe request targets.',
  ),
  badTarget: cite(
    'SHOULD',
    'RFC 9112 §3.2',
    'A recipient SHOULD NOT attempt to autocorrect and then process the request without a redirect, since the invalid request-line might be deliberately crafted to bypass security filters along the request chain.',
  ),
  optionsFields: cite(
    'MUST',
    'RFC 9110 §9.3.7',
    'A proxy MUST NOT generate a Max-Forwards header field while forwarding a request unless that request was received with a Max-Forwards field.',
  ),
  expectInHttp10: cite(
    'MUST',
    'RFC 9110 §10.1.1',
    'A server that receives a 100-continue expectation in an HTTP/1.0 request MUST ignore that expectation.',
  ),
  expect: cite(
    'MUST',
    'RFC 9110 §10.1.1',
    'Upon receiving an HTTP/1.1 (or later) request that has a method, target URI, and complete header section that contains a 100-continue expectation and indicates a request content will follow, a proxy MUST either:',
  ),
  te: cite(
    'MUST',
    'RFC 9110 §10.1.4',
    'A sender of TE MUST also send a "TE" connection option within the Connection header field (Section 7.6.1) to inform intermediaries not to forward this field.',
  ),
  allow: cite('MUST', 'RFC 9110 §10.2.1', 'A proxy MUST NOT modify the Allow header field'),
  challenge: cite(
    'MUST',
    'RFC 9110 §11.6.1',
    'A proxy forwarding a response MUST NOT modify any WWW-Authenticate header fields in that response.',
  ),
  credentials: cite(
    'MUST',
    'RFC 9110 §11.6.2',
    'A proxy forwarding a request MUST NOT modify any Authorization header fields in that request.',
  ),
  conditions: cite(
    'MUST',
    'RFC 9110 §13.2.1',
    'MUST NOT evaluate the conditional request header fields defined by this specification, and it MUST forward them if the request is forwarded',
  ),
  noInterimToHttp10: cite(
    'MUST',
    'RFC 9110 §15.2',
    'Since HTTP/1.0 did not define any 1xx status codes, a server MUST NOT send a 1xx response to an HTTP/1.0 client.',
  ),
  parseInterim: cite(
    'MUST',
    'RFC 9110 §15.2',
    'A client MUST be able to parse one or more 1xx responses received prior to a final response, even if the client does not expect one.',
  ),
  forwardInterim: cite(
    'MUST',
    'RFC 9110 §15.2',
    'A proxy MUST forward 1xx responses unless the proxy itself requested the generation of the 1xx response.',
  ),
  forward304: cite(
    'SHOULD',
    'RFC 9110 §15.4.5',
    'then the proxy SHOULD forward the 304 response to that client.',
  ),
  badGateway: cite(
    'OUGHT',
    'RFC 9110 §15.6.3',
    'The 502 (Bad Gateway) status code indicates that the server, while acting as a gateway or proxy, received an invalid response from an inbound server it accessed while attempting to fulfill the request.',
  ),
  errorPage: cite(
    'SHOULD',
    'RFC 9110 §15.6',
    'Except when responding to a HEAD request, the server SHOULD send a representation containing an explanation of the error situation',
  ),
} as const

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
