/** A log for work that takes a while: each line on stderr with the seconds since the first. */
export function stepLog(subject: string): (line: string) => void {
  const start = performance.now()
  return (line) => {
    const seconds = ((performance.now() - start) / 1000).toFixed(1).padStart(5)
    console.error(`${subject} ${seconds} s  ${line}`)
  }
}
