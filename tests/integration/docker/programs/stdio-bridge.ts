import { connect } from 'node:net'

// What `docker system dial-stdio` does: stdin and stdout are one connection to a socket.
const [path = ''] = process.argv.slice(2)
const socket = connect({ path, allowHalfOpen: true })
process.stdin.pipe(socket)
socket.pipe(process.stdout)
socket.on('end', () => process.exit(0))
