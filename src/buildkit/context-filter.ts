import { IgnorePatterns, type IgnoreMatch } from '../lib/ignore-patterns.ts'

/** What a filter knows of a folder, for the entries in it. */
export type FolderMatch = { included?: IgnoreMatch; excluded?: IgnoreMatch }

/** What to do with an entry; `descend` is whether anything below a folder may be wanted. */
export type Verdict = { isWanted: boolean; descend: boolean; folder: FolderMatch }

/** Which entries of a context BuildKit asked for (fsutil, FilterOpt). */
export class ContextFilter {
  readonly #include: IgnorePatterns | undefined
  readonly #exclude: IgnorePatterns | undefined

  /** @param options no `include` means everything; `exclude` comes from the `.dockerignore` */
  constructor(options: { include: readonly string[]; exclude: readonly string[] }) {
    const { include, exclude } = options
    this.#include = include.length === 0 ? undefined : new IgnorePatterns(include)
    this.#exclude = exclude.length === 0 ? undefined : new IgnorePatterns(exclude)
  }

  /** @param parent the verdict's `folder` of the folder that holds the entry; `{}` at the top */
  judge(path: string, parent: FolderMatch): Verdict {
    const include = this.#judgeInclusion(path, parent)
    const exclude = this.#judgeExclusion(path, parent)
    return {
      isWanted: include.isWanted && exclude.isWanted,
      descend: include.descend && exclude.descend,
      folder: { ...include.folder, ...exclude.folder },
    }
  }

  #judgeInclusion(path: string, parent: FolderMatch): Verdict {
    if (this.#include === undefined) return everything
    const included = this.#include.match(path, parent.included)
    const descend = included.isMatched || this.#include.canMatchInside(path)
    return { isWanted: included.isMatched, descend, folder: { included } }
  }

  #judgeExclusion(path: string, parent: FolderMatch): Verdict {
    if (this.#exclude === undefined) return everything
    const excluded = this.#exclude.match(path, parent.excluded)
    const descend = !excluded.isMatched || this.#exclude.canExceptInside(path)
    return { isWanted: !excluded.isMatched, descend, folder: { excluded } }
  }
}

const everything: Verdict = { isWanted: true, descend: true, folder: {} }
