import net from 'node:net'
import { eventually } from './eventually.ts'

const program = `
const server = require('node:net').createServer().listen(0, '127.0.0.1', 1, () => {
  process.stdout.write(String(server.address().port) + '\\n')
})`

/** A port where connecting takes for ever: the process is stopped and its queue of connections is full. */
export class DeafListener implements Disposable {
  readonly port: number
  private readonly process: Bun.Subprocess
  private readonly fillers: net.Socket[] = []

  private constructor(process: Bun.Subprocess, port: number) {
    this.process = process
    this.port = port
  }

  static async start(): Promise<DeafListener> {
    const child = Bun.spawn([process.execPath, '-e', program], { stdout: 'pipe' })
    const { value } = await child.stdout.getReader().read()
    const listener = new DeafListener(child, Number(new TextDecoder().decode(value)))
    child.kill('SIGSTOP')
    await listener.fill()
    return listener
  }

  [Symbol.dispose](): void {
    for (const socket of this.fillers) socket.destroy()
    this.process.kill('SIGKILL')
  }

  /** Connects until a connection hangs. */
  private async fill(): Promise<void> {
    for (let hangs = false; !hangs;) {
      let isOpen = false
      const socket = net.connect(this.port, '127.0.0.1', () => {
        isOpen = true
      })
      socket.on('error', () => undefined)
      this.fillers.push(socket)
      await Promise.race([eventually(() => isOpen, 'a connection'), Bun.sleep(100)])
      hangs = !isOpen
    }
  }
}
