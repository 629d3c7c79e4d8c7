import type { DenoPointer } from './deno-globals.ts'

/*
 * Of `bun:ffi` what src/platform uses, on Deno's interface. deno.json puts it in the place of that module.
 */

type Signature = { args: readonly string[]; returns: string }

/** Deno takes memory by view: a number is no pointer there. */
function parameterType(type: string): string {
  return type === 'ptr' ? 'buffer' : type
}

/** Opens a library. Its functions take views of memory, or null, where they are declared to take a `ptr`. */
export function dlopen(
  path: string,
  functions: Readonly<Record<string, Signature>>,
): { symbols: Readonly<Record<string, (...values: unknown[]) => unknown>> } {
  const definitions: Record<string, { parameters: readonly string[]; result: string }> = {}
  for (const [name, { args, returns }] of Object.entries(functions))
    definitions[name] = {
      parameters: args.map(parameterType),
      result: returns === 'ptr' ? 'pointer' : returns,
    }
  return Deno.dlopen(path, definitions)
}

export const read = {
  i32: (pointer: DenoPointer, offset: number): number =>
    new Deno.UnsafePointerView(pointer).getInt32(offset),
} as const

/** The address of a view's memory. Keep the view referenced as long as the address is used. */
export function ptr(bytes: NodeJS.TypedArray): bigint {
  return Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes))
}
