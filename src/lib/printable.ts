/**
 * Text from a container, a file or the network, made safe for a terminal: control characters (C0, DEL, C1)
 * are removed, so that nothing can move the cursor, retitle the window or hide what follows.
 */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- they are what this is about
  return text.replaceAll(/[\u0000-\u001F\u007F-\u009F]/g, '')
}
