/** What keeps Deno from asking the network for anything, and from writing anywhere but into this folder. */
export function denoEnvironment(folder: string): Record<string, string> {
  return { DENO_DIR: folder, DENO_NO_UPDATE_CHECK: '1', DENO_NO_PROMPT: '1' }
}
