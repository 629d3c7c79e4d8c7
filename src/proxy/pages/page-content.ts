import type { AgentLink, ServiceLink } from './service-links.ts'

/** What a page says, whatever its format. */
export type PageContent = {
  status: number
  headers: Record<string, string>
  /** Asks a browser to load the page again after so many seconds. */
  refreshSeconds?: number
} & (
  | {
      kind: 'error'
      /** The short name of the error, for programs. */
      error: string
      title: string
      /** A sentence in lower case: what holds, and why. */
      reason: string
      /** A command or an edit. */
      fix: string
      agent?: string
      service?: string
      services: readonly ServiceLink[]
    }
  | {
      kind: 'index'
      title: string
      agents: readonly AgentLink[]
      /** Of the routes that are shown: a different one means the page is out of date. */
      generation: number
    }
)

export type ErrorContent = Extract<PageContent, { kind: 'error' }>
export type IndexContent = Extract<PageContent, { kind: 'index' }>
