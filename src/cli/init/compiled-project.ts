import type { ProjectFiles } from './project-files.ts'
import type { Suggestion } from './suggestion.ts'

/** A Go module. */
export function suggestGo(files: ProjectFiles): Suggestion | undefined {
  const module = files.text('go.mod')
  if (module === undefined) return undefined
  const version = /^go (\d+\.\d+)/m.exec(module)?.[1]
  return {
    kind: 'a Go module',
    dependencies: [version === undefined ? 'go' : `go@${version}`],
    ...(files.text('main.go') === undefined
      ? {}
      : { command: { line: 'exec go run .', why: 'main.go' } }),
    notes: [],
  }
}

/** A crate. */
export function suggestRust(files: ProjectFiles): Suggestion | undefined {
  if (files.text('Cargo.toml') === undefined) return undefined
  return {
    kind: 'a Rust crate',
    dependencies: ['rust'],
    ...(files.text('src/main.rs') === undefined
      ? {}
      : { command: { line: 'exec cargo run', why: 'src/main.rs' } }),
    notes: [],
  }
}
