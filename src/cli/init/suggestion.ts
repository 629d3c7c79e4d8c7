/** What `agent init` writes for a project, and what led to it. */
export type Suggestion = {
  /** What was recognised, for the user: `Vite`, `Flask`, `a Node project`. */
  kind: string
  /** As agent.yaml has them, `node@22`. */
  dependencies: readonly string[]
  /** The one service; absent where nothing says that the project serves anything. */
  port?: { service: string; port: number; why: string }
  /** A line for `sh -c`; absent: the user's own choice. */
  command?: { line: string; why: string }
  /** What the user should know, each a comment of its own. */
  notes: readonly string[]
}

/** For every project that serves something. */
export const LISTEN_EVERYWHERE =
  'A server must listen on 0.0.0.0: what listens on 127.0.0.1 only is not reachable from outside.'
