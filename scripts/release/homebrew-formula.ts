import type { ReleaseFile, ReleaseManifest } from './release-manifest.ts'

/**
 * The Homebrew formula of a release (docs.brew.sh/Formula-Cookbook): a binary for each system, checked by its SHA-256.
 *
 * @param baseUrl where the files of this release are, without a slash at the end
 * @throws when the manifest lacks one of the four
 */
export function homebrewFormula(
  manifest: ReleaseManifest,
  { baseUrl, homepage }: { baseUrl: string; homepage: string },
): string {
  const source = (os: ReleaseFile['os'], cpu: ReleaseFile['cpu']): string => {
    const file = manifest.files.find((each) => each.os === os && each.cpu === cpu)
    if (file === undefined) throw new Error(`the release has no binary for ${os} on ${cpu}`)
    return `      url ${quoted(`${baseUrl}/${file.name}`)}\n      sha256 ${quoted(file.sha256)}`
  }
  const system = (os: ReleaseFile['os'], name: string): string =>
    [
      `  on_${name} do`,
      '    on_arm do',
      source(os, 'arm64'),
      '    end',
      '    on_intel do',
      source(os, 'x64'),
      '    end',
      '  end',
    ].join('\n')
  return `class Agent < Formula
  desc "Run coding agents in isolated containers and reach what they serve by name"
  homepage ${quoted(homepage)}
  version ${quoted(manifest.version)}
  license "MIT"

${system('darwin', 'macos')}

${system('linux', 'linux')}

  def install
    bin.install "agent"
    man1.install "man/agent.1"
    bash_completion.install "completions/agent.bash" => "agent"
    zsh_completion.install "completions/_agent"
    fish_completion.install "completions/agent.fish"
  end

  def caveats
    <<~TEXT
      agent doctor says whether this machine has what runs need.
    TEXT
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/agent --version")
    assert_match "claude-code", shell_output("#{bin}/agent deps list")
  end
end
`
}

/** A Ruby string without interpolation of anything that came from outside. */
function quoted(text: string): string {
  if (/["\\#\n]/.test(text)) throw new Error(`cannot stand in a formula: ${JSON.stringify(text)}`)
  return `"${text}"`
}
