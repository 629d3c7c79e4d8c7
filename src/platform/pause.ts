/** Blocks the thread. For waits of a few milliseconds in code that is synchronous by nature. */
export function pauseSync(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

/** 5 to 25 ms: long enough for a short transaction of somebody else's, uneven so that rivals do not meet again. */
export function jitterMs(): number {
  return 5 + Math.random() * 20
}
