import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf'

import { writeVarint } from './bytes-message.ts'
import { PacketSchema, type StatSchema } from './generated/fsutil_pb.ts'
import { frameHeaderBytes, writeFrameHeader } from './grpc-frame.ts'

/** What a packet of fsutil is (types/wire.proto, PacketType). */
export const packetType = { stat: 0, request: 1, data: 2, fin: 3, error: 4 } as const

/** One entry of a folder, as fsutil wants it. */
export type EntryStat = MessageInitShape<typeof StatSchema>

/** An entry; without one the end of the list. */
export function statPacket(stat?: EntryStat): Uint8Array {
  return toBinary(PacketSchema, create(PacketSchema, stat === undefined ? {} : { stat }))
}

/** The end of a file's content. */
export function endOfFilePacket(id: number): Uint8Array {
  return toBinary(PacketSchema, create(PacketSchema, { type: packetType.data, ID: id }))
}

export function finPacket(): Uint8Array {
  return toBinary(PacketSchema, create(PacketSchema, { type: packetType.fin }))
}

/** Ends the transfer with a reason that the build's error will show. */
export function errorPacket(message: string): Uint8Array {
  const data = Buffer.from(message)
  return toBinary(PacketSchema, create(PacketSchema, { type: packetType.error, data }))
}

/** Tag and value of `type`, tag and longest `ID`, tag and longest length of `data`. */
const dataOverheadBytes = 2 + 6 + 6
/** What `dataFrame` needs in front of the content. */
export const dataHeadroomBytes = frameHeaderBytes + dataOverheadBytes

/**
 * A gRPC frame with a piece of a file, made in place: the content is already in `buffer` behind
 * `dataHeadroomBytes`, and the headers are written right before it. Written by hand because all files go
 * through it.
 */
export function dataFrame(buffer: Buffer, id: number, contentBytes: number): Buffer {
  const header = Buffer.allocUnsafe(dataOverheadBytes)
  let length = writeVarint(header, writeVarint(header, 0, 0x08), packetType.data)
  if (id !== 0) length = writeVarint(header, writeVarint(header, length, 0x18), id)
  length = writeVarint(header, writeVarint(header, length, 0x22), contentBytes)
  const start = dataHeadroomBytes - length - frameHeaderBytes
  header.copy(buffer, start + frameHeaderBytes, 0, length)
  const frame = buffer.subarray(start, dataHeadroomBytes + contentBytes)
  writeFrameHeader(frame, length + contentBytes)
  return frame
}
