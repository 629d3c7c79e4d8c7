/**
 * Fills a state folder with ended runs, through the code that writes real ones, so that listing many can be measured.
 * Until that code is there the case says so.
 */
export async function fillRuns(stateDir: string, count: number): Promise<{ skip?: string }> {
  return { skip: `nothing fills ${stateDir} with ${count} runs yet` }
}
