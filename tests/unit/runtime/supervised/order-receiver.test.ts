import { expect, test } from 'bun:test'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { OrderReceiver } from '../../../../src/runtime/supervised/order-receiver.ts'
import type { Order } from '../../../../src/runtime/supervised/orders.ts'
import { connectSocket, listen, untilClosed } from '../../../../src/runtime/supervised/sockets.ts'
import {
  giveOrder,
  giveOrderOnceStarted,
} from '../../../../src/runtime/supervised/supervisor-connection.ts'
import { FolderBed } from './folder-bed.ts'

/** A receiver that writes down what it is to carry out, and ends each connection. */
function receiverOf(bed: FolderBed): { receiver: OrderReceiver; orders: Order[] } {
  const orders: Order[] = []
  const receiver = new OrderReceiver(bed.folder, (order, socket) => {
    orders.push(order)
    socket.end()
  })
  return { receiver, orders }
}

test('an order is accepted and carried out; anything else is hung up on', async () => {
  using bed = new FolderBed()
  const { receiver, orders } = receiverOf(bed)
  await receiver.open()
  using _ = { [Symbol.dispose]: () => receiver.close() }
  const socket = await giveOrder(bed.folder, { verb: 'kill', signal: 2 })
  if (socket === undefined) throw new Error('the order was not accepted')
  await untilClosed(socket, {})
  const stranger = await connectSocket(bed.folder.socket)
  stranger.write('{"verb":"dance"}\n')
  await untilClosed(stranger, {})
  expect(orders).toEqual([{ verb: 'kill', signal: 2 }])
})

test('who waits for the start is called back, and keeps nobody from being heard', async () => {
  using bed = new FolderBed()
  const { folder, flock } = bed
  const { receiver, orders } = receiverOf(bed)
  const order = { verb: 'attach', stdin: false } as const
  const first = giveOrderOnceStarted(folder, order, { flock, signal: undefined })
  await first.listening
  // One who is gone, and one who does not say what he wants.
  writeFileSync(join(folder.waiting, '0-gone'), '')
  const silent = await listen(join(folder.waiting, '0-silent'), () => undefined)
  const startedMs = performance.now()
  await receiver.callBack()
  expect(performance.now() - startedMs).toBeLessThan(3000)
  silent.close()
  const socket = await first.socket
  expect(socket).toBeDefined()
  socket?.destroy()
  expect(orders).toEqual([order])
  expect(readdirSync(folder.waiting)).not.toContain('0-gone')
})

test('after its end there is nobody to give an order to', async () => {
  using bed = new FolderBed()
  const { receiver, orders } = receiverOf(bed)
  await receiver.open()
  receiver.close()
  expect(existsSync(bed.folder.socket)).toBe(false)
  expect(await giveOrder(bed.folder, { verb: 'watch' })).toBeUndefined()
  expect(orders).toEqual([])
})
