/** A pointer as Deno has it: an object of its own, never a number. */
export type DenoPointer = { readonly isDenoPointer: unique symbol }

/** An open connection. `read` gives null at the peer's FIN. */
export type DenoConnection = {
  readonly remoteAddr: { readonly hostname?: string }
  read(into: Uint8Array): Promise<number | null>
  write(bytes: Uint8Array): Promise<number>
  closeWrite(): Promise<void>
  close(): void
}

type TcpConnection = DenoConnection & { setNoDelay(on: boolean): void }

/** Rejects `accept` once it is closed. */
export type DenoListener<Connection> = { accept(): Promise<Connection>; close(): void }

type TcpPlace = { hostname: string; port: number }
type UnixPlace = { transport: 'unix'; path: string }

/** Runs before or after tests. */
export type DenoHook = () => Promise<void>

type DenoTest = {
  (definition: { name: string; fn: DenoHook; timeout: number; ignore: boolean }): void
  beforeAll(run: DenoHook): void
  beforeEach(run: DenoHook): void
  afterEach(run: DenoHook): void
  afterAll(run: DenoHook): void
}

/** Of Deno's own interface what the files of this folder use (https://docs.deno.com/api/deno/). */
type DenoInterface = {
  dlopen(
    path: string,
    functions: Readonly<Record<string, { parameters: readonly string[]; result: string }>>,
  ): { symbols: Readonly<Record<string, (...values: unknown[]) => unknown>> }
  UnsafePointer: {
    of(bytes: NodeJS.TypedArray): DenoPointer | null
    value(pointer: DenoPointer | null): bigint
  }
  UnsafePointerView: new (pointer: DenoPointer) => { getInt32(offset: number): number }
  listen(
    place: TcpPlace,
  ): DenoListener<TcpConnection> & { readonly addr: { readonly port: number } }
  listen(place: UnixPlace): DenoListener<DenoConnection>
  connect(place: TcpPlace): Promise<TcpConnection>
  connect(place: UnixPlace): Promise<DenoConnection>
  serve(
    options: { path: string; signal: AbortSignal; onListen: () => void },
    respond: (request: Request) => Response | Promise<Response>,
  ): { readonly finished: Promise<void> }
  test: DenoTest
}

declare global {
  var Deno: DenoInterface
}
