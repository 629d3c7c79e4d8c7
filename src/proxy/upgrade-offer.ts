/** Whether every protocol in the list `chosen` is in the list `offered`, in any case. */
export function offersAll(offered: string, chosen: string): boolean {
  const names = protocolsIn(offered)
  return protocolsIn(chosen).every((protocol) => names.includes(protocol))
}

function protocolsIn(list: string): string[] {
  const names = list.split(',').map((protocol) => protocol.trim().toLowerCase())
  return names.filter((protocol) => protocol !== '')
}
