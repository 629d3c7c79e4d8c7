import { cite } from './citation.ts'

/** RFC 9112 §6 to §9: where messages end, and their connections. */
export const framing = {
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
