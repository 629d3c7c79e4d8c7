import { dlopen } from 'bun:ffi'
import { libraryName } from './libc.ts'

/** termios(3): c_iflag, then c_oflag; the rest is not looked at. The largest structure, macOS's, has 72 bytes. */
const TERMIOS_BYTES = 128
/** In the first byte of c_oflag on either system. */
const OPOST = 0x01
/** After what was written has been sent (TCSADRAIN). */
const DRAINED = 1

/**
 * Has a terminal show bytes as they come. `setRawMode` leaves the kernel to put a carriage return before each line
 * feed, which moves the cursor of a full-screen program whose own terminal, inside, says that it does not.
 * Setting another mode undoes it. A terminal that cannot be asked is left as it is.
 */
export function passOutputUnchanged(descriptor: number): void {
  const library = dlopen(libraryName(), {
    tcgetattr: { args: ['i32', 'ptr'], returns: 'i32' },
    tcsetattr: { args: ['i32', 'i32', 'ptr'], returns: 'i32' },
  })
  const oflag = process.platform === 'darwin' ? 8 : 4
  const modes = Buffer.alloc(TERMIOS_BYTES)
  if (library.symbols.tcgetattr(descriptor, modes) === 0) {
    modes.writeUInt8(modes.readUInt8(oflag) & ~OPOST, oflag)
    library.symbols.tcsetattr(descriptor, DRAINED, modes)
  }
  library.close()
}
