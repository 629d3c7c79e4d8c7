/**
 * How long to fuzz and from which seed: the same short stretch each time, or AGENT_TEST_FUZZ_SECONDS of a new one.
 * AGENT_TEST_FUZZ_SEED plays one again.
 */
export function fuzzSettings(env: Readonly<Record<string, string | undefined>>): {
  fuzzMs: number
  seed: number
} {
  const seconds = env['AGENT_TEST_FUZZ_SECONDS']
  const usual = seconds === undefined ? 1 : Math.floor(Math.random() * 2 ** 32)
  return {
    fuzzMs: Number(seconds ?? 5) * 1000,
    seed: Number(env['AGENT_TEST_FUZZ_SEED'] ?? usual),
  }
}
