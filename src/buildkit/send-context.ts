import { open, type FileHandle } from 'node:fs/promises'
import { fromBinary } from '@bufbuild/protobuf'

import { errorCode, messageOf } from '../lib/errors.ts'

import type { ContextRequest, ContextSource, FileContent } from './context-source.ts'
import {
  dataFrame,
  dataHeadroomBytes,
  endOfFilePacket,
  errorPacket,
  finPacket,
  packetType,
  statPacket,
} from './fsutil-packet.ts'
import { PacketSchema } from './generated/fsutil_pb.ts'
import { grpcCode, GrpcError } from './grpc-error.ts'
import { frameMessage } from './grpc-frame.ts'
import type { GrpcCall } from './serve-grpc.ts'

/**
 * With pieces of 64 KiB, the high-water mark of a stream, what Bun 1.4 sends is garbled now and then (2 of
 * 6 transfers of 512 MB); with these it never was (12 of 12). They are as fast.
 */
const pieceBytes = 32 * 1024
/** What is sent of the list at once; less than a piece, with the one entry that goes beyond. */
const listBytes = 16 * 1024
/** Files that are read at a time. */
const parallelFiles = 4

/** What was sent: entries listed, files asked for, bytes of content. */
export type TransferCount = { entries: number; files: number; bytes: number }

/**
 * Sends a context in one call of `FileSync/DiffCopy` (fsutil, send.go): all entries, then the files
 * that the other side does not have yet. A missing end of the list or of a file would hang the build
 * for ever.
 */
export async function sendContext(
  call: GrpcCall,
  source: ContextSource,
  request: ContextRequest,
): Promise<TransferCount> {
  const transfer = new Transfer(call)
  const receiving = transfer.answerRequests()
  // Its failure is looked at below, and the listing ends with it: writes fail then.
  receiving.catch(() => undefined)
  try {
    for await (const { stat, content } of source.entries(request)) {
      await transfer.list(frameMessage(statPacket(stat)), content)
    }
    await transfer.endList()
    await receiving
  } catch (error) {
    await call.send(errorPacket(messageOf(error))).catch(() => undefined)
    throw error
  } finally {
    await transfer.settled()
  }
  return transfer.count
}

class Transfer {
  readonly count: TransferCount = { entries: 0, files: 0, bytes: 0 }
  readonly #call: GrpcCall
  /** By number of the entry; what has no content cannot be asked for. */
  readonly #contents = new Map<number, FileContent>()
  readonly #sending = new Set<Promise<void>>()
  /** Entries that go out together: a write for each of thousands takes longer than all else. */
  #listed: Uint8Array[] = []
  #listedBytes = 0

  constructor(call: GrpcCall) {
    this.#call = call
  }

  async list(frame: Uint8Array, content: FileContent | undefined): Promise<void> {
    const id = this.count.entries++
    if (content !== undefined) this.#contents.set(id, content)
    this.#listed.push(frame)
    this.#listedBytes += frame.length
    if (this.#listedBytes >= listBytes) await this.#flushList()
  }

  async endList(): Promise<void> {
    this.#listed.push(frameMessage(statPacket()))
    await this.#flushList()
  }

  async #flushList(): Promise<void> {
    const frames = Buffer.concat(this.#listed)
    this.#listed = []
    this.#listedBytes = 0
    await this.#call.sendFrame(frames)
  }

  /** Until the other side says that it has everything. */
  async answerRequests(): Promise<void> {
    for (;;) {
      const message = await this.#call.messages.next()
      if (message === undefined) throw new GrpcError(grpcCode.cancelled, 'the build went away')
      const packet = fromBinary(PacketSchema, message)
      if (packet.type === packetType.request) await this.#start(packet.ID)
      else if (packet.type === packetType.error)
        throw new Error(Buffer.from(packet.data).toString())
      else if (packet.type === packetType.fin) break
    }
    await Promise.all(this.#sending)
    await this.#call.send(finPacket())
  }

  /** Resolves when no file is being read any more. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#sending)
  }

  /** Waits while enough files are on their way: requests come much faster than files go. */
  async #start(id: number): Promise<void> {
    const content = this.#contents.get(id)
    if (content === undefined) throw new Error(`entry ${id} was asked for, which is no file`)
    this.#contents.delete(id)
    while (this.#sending.size >= parallelFiles) await Promise.race(this.#sending)
    const sending = this.#send(id, content).finally(() => this.#sending.delete(sending))
    this.#sending.add(sending)
    // It is also among those that `answerRequests` waits for.
    sending.catch(() => undefined)
  }

  async #send(id: number, content: FileContent): Promise<void> {
    this.count.files += 1
    if (content.kind === 'bytes') await this.#sendBytes(id, content.bytes)
    else await this.#sendFile(id, content.path)
    await this.#call.send(endOfFilePacket(id))
  }

  async #sendBytes(id: number, bytes: Uint8Array): Promise<void> {
    for (let start = 0; start < bytes.length; start += pieceBytes) {
      const piece = bytes.subarray(start, start + pieceBytes)
      const buffer = Buffer.allocUnsafe(dataHeadroomBytes + piece.length)
      buffer.set(piece, dataHeadroomBytes)
      await this.#sendPiece(id, buffer, piece.length)
    }
  }

  async #sendFile(id: number, path: string): Promise<void> {
    const file = await openUnlessGone(path)
    if (file === undefined) return
    await using _closing = { [Symbol.asyncDispose]: () => file.close() }
    for (;;) {
      // A new buffer each time: the last one may still wait to be written.
      const buffer = Buffer.allocUnsafeSlow(dataHeadroomBytes + pieceBytes)
      const { bytesRead } = await file.read(buffer, dataHeadroomBytes, pieceBytes, null)
      if (bytesRead === 0) return
      await this.#sendPiece(id, buffer, bytesRead)
    }
  }

  async #sendPiece(id: number, buffer: Buffer, contentBytes: number): Promise<void> {
    this.count.bytes += contentBytes
    await this.#call.sendFrame(dataFrame(buffer, id, contentBytes))
  }
}

/** A file that vanished since it was listed is sent as an empty one, as the docker program does. */
async function openUnlessGone(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}
