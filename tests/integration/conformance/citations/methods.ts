import { cite } from './citation.ts'

/** RFC 9110 §8 to §15: content, methods and statuses. */
export const methods = {
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
  traceSecrets: cite(
    'SHOULD',
    'RFC 9110 §9.3.8',
    'The recipient SHOULD exclude any request fields that are likely to contain sensitive data when that recipient generates the response content.',
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
