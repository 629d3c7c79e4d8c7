/** Part of this process's address space: bounds in bytes. */
type MappedRange = { start: bigint; end: bigint }

/**
 * Where a program is mapped as its file has it, from the text of proc_pid_smaps(5). Where anything was ever written,
 * by this process or a debugger, the page would come back without it; those ranges are left out.
 */
export function unwrittenRanges(smaps: string, program: string): MappedRange[] {
  return smaps.split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m).flatMap((mapping) => {
    const head = /^([0-9a-f]+)-([0-9a-f]+) r-[x-]p \S+ \S+ \d+ +(.*)$/m.exec(mapping)
    if (head === null || head[3] !== program || !/^Anonymous: +0 kB$/m.test(mapping)) return []
    return [{ start: BigInt(`0x${head[1]}`), end: BigInt(`0x${head[2]}`) }]
  })
}
