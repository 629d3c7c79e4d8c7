#!/bin/sh
# Installs agent @VERSION@ for one user, without root:
#
#   install.sh [--prefix DIR]            default: ~/.local, or /usr/local for root
#   install.sh --uninstall [--state]     removes exactly what was installed; --state: runs and settings too
#
# Everything is in functions that the last line calls, so that half a download does nothing.
set -eu

VERSION='@VERSION@'
BASE_URL="${AGENTOPS_INSTALL_URL:-@BASE_URL@}"
CHECKSUMS='@CHECKSUMS@'

say() { printf '%s\n' "$*"; }

fail() {
  printf 'error: %s\n' "$1" >&2
  shift
  for fix in "$@"; do printf '  fix: %s\n' "$fix" >&2; done
  exit 1
}

usage() {
  say 'usage: install.sh [--prefix DIR] [--uninstall [--state]]'
  say ''
  say '  --prefix DIR   where bin/ and share/ are (default: ~/.local, or /usr/local for root)'
  say '  --uninstall    remove exactly what was installed there'
  say '  --state        with --uninstall: end all runs, remove them and ~/.agentops'
}

has() { command -v "$1" >/dev/null 2>&1; }

find_platform() {
  case "$(uname -s)" in
    Linux) os=linux ;;
    Darwin) os=darwin ;;
    *) fail "there is no agent for $(uname -s)" 'on Windows, run this inside WSL 2' ;;
  esac
  case "$(uname -m)" in
    x86_64 | amd64) cpu=x64 ;;
    aarch64 | arm64) cpu=arm64 ;;
    *) fail "there is no agent for a processor of the kind $(uname -m)" ;;
  esac
  # A shell under Rosetta says x86_64 on a machine that is not.
  if [ "$os-$cpu" = darwin-x64 ] && [ "$(sysctl -n sysctl.proc_translated 2>/dev/null || true)" = 1 ]; then
    cpu=arm64
  fi
  if [ "$os" = linux ] && ! has_glibc; then
    fail 'agent needs glibc, which this system does not have (Alpine has musl)' \
      'use a distribution with glibc, such as Debian, Ubuntu or Fedora'
  fi
}

has_glibc() {
  for loader in /lib64/ld-linux-x86-64.so.2 /lib/ld-linux-aarch64.so.1 /lib64/ld-linux-aarch64.so.1; do
    if [ -e "$loader" ]; then return 0; fi
  done
  return 1
}

download() {
  case "$1" in
    http://127.0.0.1:* | http://localhost:*) protocols='=http' ;;
    https://*) protocols='=https' ;;
    *) fail "will not download from $1" 'use an https address' ;;
  esac
  if has curl; then
    curl --proto "$protocols" --proto-redir "$protocols" -fsSL --retry 3 -o "$2" "$1" ||
      fail "cannot download $1" 'look whether this machine reaches it: curl -I '"$1"
  elif has wget; then
    wget -q -O "$2" "$1" || fail "cannot download $1"
  else
    fail 'neither curl nor wget is here' 'install one of them'
  fi
}

sha256_of() {
  if has sha256sum; then
    sha256sum "$1" | cut -d ' ' -f 1
  elif has shasum; then
    shasum -a 256 "$1" | cut -d ' ' -f 1
  elif has openssl; then
    openssl dgst -sha256 -r "$1" | cut -d ' ' -f 1
  else
    fail 'nothing here computes SHA-256' 'install coreutils, perl (shasum) or openssl'
  fi
}

expected_sha256() {
  printf '%s\n' "$CHECKSUMS" | while read -r sum name; do
    if [ "$name" = "$1" ]; then printf '%s' "$sum"; fi
  done
}

# Folders that are not there yet are noted, so that they go again when they are empty.
make_folder() {
  if [ -d "$1" ]; then return 0; fi
  make_folder "$(dirname "$1")"
  mkdir "$1" || fail "cannot create $1" 'choose a place of yours: install.sh --prefix DIR'
  printf 'folder %s\n' "$1" >>"$notes"
}

# Moved into place, so that a program that runs is never written to.
put() {
  make_folder "$(dirname "$2")"
  cp "$1" "$2.new" && chmod "$3" "$2.new" && mv -f "$2.new" "$2" ||
    fail "cannot write $2" 'choose a place of yours: install.sh --prefix DIR'
  printf 'file %s\n' "$2" >>"$notes"
}

install_agent() {
  find_platform
  archive="agent-$VERSION-$os-$cpu.tar.gz"
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' INT TERM
  notes="$work/notes"
  if [ -f "$record" ]; then cp "$record" "$notes"; else : >"$notes"; fi
  say "downloading $BASE_URL/$archive"
  download "$BASE_URL/$archive" "$work/$archive"
  expected=$(expected_sha256 "$archive")
  actual=$(sha256_of "$work/$archive")
  if [ "$expected" != "$actual" ]; then
    fail "$archive has the SHA-256 $actual, not $expected; nothing was installed" \
      'download it again; if this stays so, tell us'
  fi
  (cd "$work" && tar -xzf "$archive")
  from="$work/agent-$VERSION-$os-$cpu"
  put "$from/agent" "$prefix/bin/agent" 755
  put "$from/completions/agent.bash" "$prefix/share/bash-completion/completions/agent" 644
  put "$from/completions/_agent" "$prefix/share/zsh/site-functions/_agent" 644
  put "$from/completions/agent.fish" "$prefix/share/fish/vendor_completions.d/agent.fish" 644
  put "$from/man/agent.1" "$prefix/share/man/man1/agent.1" 644
  put "$from/LICENSE" "$prefix/share/agent/LICENSE" 644
  make_folder "$(dirname "$record")"
  sort -u "$notes" >"$record"
  say "installed $("$prefix/bin/agent" --version) as $prefix/bin/agent"
  say_path
}

say_path() {
  case ":$PATH:" in
    *":$prefix/bin:"*) found=$(command -v agent || true) ;;
    *)
      say "$prefix/bin is not on your PATH yet. For this shell and the next ones:"
      case "${SHELL:-}" in
        */fish) say "  fish_add_path $prefix/bin" ;;
        */zsh) say "  echo 'export PATH=\"$prefix/bin:\$PATH\"' >> ~/.zshrc && . ~/.zshrc" ;;
        *) say "  echo 'export PATH=\"$prefix/bin:\$PATH\"' >> ~/.profile && . ~/.profile" ;;
      esac
      return 0
      ;;
  esac
  if [ "$found" != "$prefix/bin/agent" ]; then
    say "note: your shell finds another one first: $found"
  fi
}

remove_state() {
  agent="$prefix/bin/agent"
  home="${AGENTOPS_HOME:-$HOME/.agentops}"
  if [ ! -d "$home" ]; then return 0; fi
  if [ -x "$agent" ]; then
    "$agent" stop --all || fail 'cannot stop all runs; nothing was removed' "$agent list"
    "$agent" destroy --all || fail 'cannot remove all runs; the program and its state are still there' "$agent list -a"
    "$agent" clean -f || say 'note: clean could not remove everything, see above'
    "$agent" proxy stop || true
  fi
  rm -rf "$home"
  say "removed $home"
}

uninstall_agent() {
  if [ ! -f "$record" ]; then
    fail "nothing was installed under $prefix by this script" 'name the place: install.sh --uninstall --prefix DIR'
  fi
  if [ "$with_state" = yes ]; then remove_state; fi
  while read -r kind path; do
    case "$path" in "$prefix"/*) ;; *) continue ;; esac
    if [ "$kind" = file ] && [ -e "$path" ]; then rm -f "$path" && say "removed $path"; fi
  done <"$record"
  folders=$(sed -n 's/^folder //p' "$record" | sort -r)
  rm -f "$record"
  # Only those that are empty now.
  printf '%s\n' "$folders" | while read -r path; do
    if [ -n "$path" ]; then rmdir "$path" 2>/dev/null || true; fi
  done
  home="${AGENTOPS_HOME:-$HOME/.agentops}"
  if [ -d "$home" ]; then say "left: $home (runs and settings; install.sh --uninstall --state removes it too)"; fi
}

main() {
  action=install
  with_state=no
  prefix=
  while [ $# -gt 0 ]; do
    case "$1" in
      --prefix)
        if [ $# -lt 2 ]; then fail '--prefix needs a folder' 'install.sh --prefix ~/.local'; fi
        prefix=$2
        shift
        ;;
      --prefix=*) prefix=${1#--prefix=} ;;
      --uninstall) action=uninstall ;;
      --state) with_state=yes ;;
      -h | --help)
        usage
        return 0
        ;;
      *) fail "unknown option $1" 'install.sh --help' ;;
    esac
    shift
  done
  if [ -z "$prefix" ]; then
    if [ "$(id -u)" = 0 ]; then prefix=/usr/local; else prefix="${HOME:?HOME is not set}/.local"; fi
  fi
  case "$prefix" in /*) ;; *) prefix="$(pwd)/$prefix" ;; esac
  prefix=${prefix%/}
  record="$prefix/share/agent/installed"
  if [ "$action" = uninstall ]; then uninstall_agent; else install_agent; fi
}

main "$@"
