/** Deno has no way to give memory back when it is told to. */
export function releaseMemory(): void {}
