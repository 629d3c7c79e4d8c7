#!/bin/sh
# Installs agent @VERSION@ for one user, without root:
#
#   install.sh [--prefix DIR]            default: ~/.local, or /usr/local for root
#   install.sh --uninstall [--state]     removes exactly what was installed; --state: runs and settings too
#
# Everything is in functions that the last line calls, so that half a download does nothing.
set -eu
umask 022

VERSION='@VERSION@'
BASE_URL="${AGENTOPS_INSTALL_URL:-@BASE_URL@}"
CHECKSUMS='@CHECKSUMS@'
# Below the prefix. The program comes last, so that it is there only with the rest.
paths='share/bash-completion/completions/agent
share/zsh/site-functions/_agent
share/fish/vendor_completions.d/agent.fish
share/man/man1/agent.1
share/agent/LICENSE
bin/agent'

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
    fail 'agent needs the 64-bit GNU C library (glibc), which this system does not have (Alpine has musl)' \
      'use a distribution with glibc, such as Debian, Ubuntu or Fedora'
  fi
  if [ "$os-$cpu" = linux-x64 ] && [ -r /proc/cpuinfo ] && ! { cpu_has sse4_2 && cpu_has popcnt; }; then
    fail 'agent needs a processor with SSE4.2 and POPCNT (x86-64-v2), and this one shows no such thing' \
      'in a virtual machine: give it the CPU type "host", or x86-64-v2 or newer'
  fi
}

has_glibc() {
  for loader in /lib64/ld-linux-x86-64.so.2 /lib/ld-linux-aarch64.so.1 /lib64/ld-linux-aarch64.so.1; do
    if [ -e "$loader" ]; then return 0; fi
  done
  return 1
}

cpu_has() { grep -qw "$1" /proc/cpuinfo; }

# Before anything is downloaded.
find_tools() {
  if ! has curl && ! has wget; then fail 'neither curl nor wget is here' 'install one of them'; fi
  if ! has sha256sum && ! has shasum && ! has openssl; then
    fail 'nothing here computes SHA-256' 'install coreutils, perl (shasum) or openssl'
  fi
  for tool in tar gzip; do
    if ! has "$tool"; then fail "$tool is not here" "install $tool"; fi
  done
}

download() {
  case "$1" in
    http://127.0.0.1:* | http://localhost:*) protocols='=http' ;;
    https://*) protocols='=https' ;;
    *) fail "will not download from $1" 'use an https address' ;;
  esac
  if has curl; then
    if [ -t 2 ]; then progress=-#; else progress=-s; fi
    curl --proto "$protocols" --proto-redir "$protocols" -fSL "$progress" --connect-timeout 30 --retry 3 -o "$2" "$1" ||
      not_downloaded "$1" "curl -I $1"
  else
    wget -q -t 3 -T 30 -O "$2" "$1" || not_downloaded "$1" "wget --spider $1"
  fi
}

not_downloaded() {
  fail "cannot download $1; nothing was installed" "look whether this machine reaches it: $2" "$look_for_room"
}

sha256_of() {
  if has sha256sum; then
    sha256sum "$1" | cut -d ' ' -f 1
  elif has shasum; then
    shasum -a 256 "$1" | cut -d ' ' -f 1
  else
    openssl dgst -sha256 -r "$1" | cut -d ' ' -f 1
  fi
}

expected_sha256() {
  printf '%s\n' "$CHECKSUMS" | while read -r sum name; do
    if [ "$name" = "$1" ]; then printf '%s' "$sum"; fi
  done
}

# Those that were not there are listed, the innermost first, so that they go again when they are empty.
make_folder() {
  if [ ! -d "$1" ]; then
    make_folder "$(dirname "$1")"
    if mkdir "$1" 2>/dev/null; then
      made="$made$1
"
    elif [ ! -d "$1" ]; then
      cannot_write "$1"
    fi
  fi
}

cannot_write() { fail "cannot write to $1; nothing was installed" 'choose a place of yours: install.sh --prefix DIR'; }

# Lines that the record has already are not written again. Added in one piece, for two installations at once.
record_installed() {
  lines=$(
    printf '%s' "$made" | sed 's/^/folder /'
    for path in $paths; do printf 'file %s\n' "$prefix/$path"; done
  )
  if [ -f "$record" ]; then lines=$(printf '%s\n' "$lines" | grep -vxF -f "$record" || true); fi
  if [ -n "$lines" ]; then printf '%s\n' "$lines" >>"$record" || cannot_write "$record"; fi
}

# Everything is unpacked and tried beside its place, then moved: whatever fails or interrupts this before, nothing is
# half installed, and a program that runs is never written to.
install_agent() {
  find_platform
  find_tools
  if [ -e "$prefix/bin/agent" ] && ! grep -qxF "file $prefix/bin/agent" "$record" 2>/dev/null; then
    fail "$prefix/bin/agent is there already, and not from this script" \
      "remove it: rm '$prefix/bin/agent'" 'or choose another place: install.sh --prefix DIR'
  fi
  made=
  staged=
  trap leave EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  for path in $paths share/agent/installed; do
    make_folder "$(dirname "$prefix/$path")"
    if [ ! -w "$(dirname "$prefix/$path")" ]; then cannot_write "$(dirname "$prefix/$path")"; fi
  done
  staged=$(mktemp -d "$prefix/share/agent/.new-XXXXXX") || cannot_write "$prefix/share/agent"
  fetch_agent
  # From here on it takes milliseconds, and is not interrupted.
  trap '' HUP INT TERM
  record_installed
  for path in $paths; do
    mv -f "$staged/$path" "$prefix/$path" || fail "cannot write $prefix/$path" 'install.sh --uninstall'
  done
  say "installed $("$prefix/bin/agent" --version) as $prefix/bin/agent"
  say_path
}

leave() {
  if [ -n "$staged" ]; then rm -rf "$staged"; fi
  printf '%s' "$made" | remove_empty
}

# Only those that are empty now.
remove_empty() {
  sort -r | while read -r path; do
    if [ -n "$path" ]; then rmdir "$path" 2>/dev/null || true; fi
  done
}

# Leaves in $staged what goes to $prefix.
fetch_agent() {
  look_for_room='look whether 200 MB are free there: df -h'
  name="agent-$VERSION-$os-$cpu"
  say "downloading $BASE_URL/$name.tar.gz"
  download "$BASE_URL/$name.tar.gz" "$staged/archive"
  expected=$(expected_sha256 "$name.tar.gz")
  actual=$(sha256_of "$staged/archive")
  if [ "$expected" != "$actual" ]; then
    fail "$name.tar.gz has the SHA-256 $actual, not $expected; nothing was installed" \
      'download it again; if this stays so, tell us'
  fi
  (cd "$staged" && tar -xzf archive) || fail "cannot unpack $name.tar.gz; nothing was installed" "$look_for_room"
  from="$staged/$name"
  "$from/agent" --version >/dev/null </dev/null || fail 'the program does not start here, see above; nothing was installed' \
    "look at what it is: $(uname -srm); agent needs glibc 2.17 or newer, and a place without noexec"
  for path in $paths; do mkdir -p "$(dirname "$staged/$path")"; done
  mv "$from/agent" "$staged/bin/agent"
  mv "$from/completions/agent.bash" "$staged/share/bash-completion/completions/agent"
  mv "$from/completions/_agent" "$staged/share/zsh/site-functions/_agent"
  mv "$from/completions/agent.fish" "$staged/share/fish/vendor_completions.d/agent.fish"
  mv "$from/man/agent.1" "$staged/share/man/man1/agent.1"
  mv "$from/LICENSE" "$staged/share/agent/LICENSE"
}

say_path() {
  case ":$PATH:" in
    *":$prefix/bin:"*)
      found=$(command -v agent || true)
      if [ "$found" != "$prefix/bin/agent" ]; then say "note: your shell finds another one first: $found"; fi
      return 0
      ;;
  esac
  say "$prefix/bin is not on your PATH yet. For this shell and the next ones:"
  case "$os ${SHELL:-}" in
    *' '*/fish) say "  fish_add_path \"$prefix/bin\"" && return 0 ;;
    *' '*/zsh) profile='~/.zshrc' ;;
    'darwin '*/bash) profile='~/.bash_profile' ;;
    *' '*/bash) profile='~/.bashrc' ;;
    *) profile='~/.profile' ;;
  esac
  say "  echo 'export PATH=\"$prefix/bin:\$PATH\"' >> $profile && . $profile"
}

# What runs by the program that is about to go, in $home.
end_use() {
  if [ ! -x "$agent" ]; then
    say "note: $agent is not there, so nothing that runs was ended"
    return 0
  fi
  if [ "$with_state" = yes ]; then
    "$agent" stop --all </dev/null || fail 'cannot stop all runs; nothing was removed' "$agent list"
    "$agent" destroy --all --all-data </dev/null ||
      fail 'cannot remove all runs; the program and its state are still there' "$agent list -a"
    "$agent" clean -f </dev/null || say 'note: clean could not remove everything, see above'
  else
    live=$("$agent" list --json </dev/null) || fail 'cannot tell whether runs are live; nothing was removed' "$agent doctor"
    case "$live" in
      *'"runs": []'*) ;;
      *) fail 'runs are live, which only agent can end; nothing was removed' "$agent stop --all" \
        'or end and remove them as well: install.sh --uninstall --state' ;;
    esac
  fi
  "$agent" proxy service uninstall >/dev/null </dev/null || say 'note: the service of the proxy could not be removed, see above'
  end_background_process
}

background_process() { "$agent" proxy status --json </dev/null | sed -n 's/.*"pid": *\([0-9]*\).*/\1/p'; }

# It would end by itself, once nothing has needed it for a while.
end_background_process() {
  pid=$(background_process)
  if [ -z "$pid" ]; then return 0; fi
  "$agent" proxy stop >/dev/null </dev/null || true
  kill "$pid" 2>/dev/null || true
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    if [ -z "$(background_process)" ]; then return 0; fi
    sleep 1
  done
  say "note: the background process $pid does not end"
}

remove_state() {
  # The background process may be writing its last words.
  rm -rf "$home" 2>/dev/null || { sleep 1 && rm -rf "$home"; } ||
    fail "cannot remove $home; the program is still there" "ls -lA '$home'"
  say "removed $home"
}

uninstall_agent() {
  if [ ! -f "$record" ]; then
    fail "nothing was installed under $prefix by this script" 'name the place: install.sh --uninstall --prefix DIR'
  fi
  if [ ! -w "$prefix/bin" ]; then fail "cannot write to $prefix/bin; nothing was removed" 'do it as who installed it'; fi
  agent="$prefix/bin/agent"
  home="${AGENTOPS_HOME:-${HOME:-/nonexistent}/.agentops}"
  if [ -d "$home" ]; then
    if [ "$with_state" = yes ] && [ "$home" != "${HOME:-}/.agentops" ] && [ ! -e "$home/state.db" ]; then
      fail "$home, which AGENTOPS_HOME names, is not a state folder; nothing was removed" 'unset AGENTOPS_HOME'
    fi
    end_use
    if [ "$with_state" = yes ]; then remove_state; fi
  fi
  while read -r kind path; do
    case "$path" in "$prefix"/*) ;; *) continue ;; esac
    if [ "$kind" = file ] && [ -f "$path" ]; then rm -f "$path" && say "removed $path"; fi
  done <"$record"
  folders=$(sed -n 's/^folder //p' "$record")
  rm -f "$record"
  printf '%s\n' "$folders" | remove_empty
  if [ -d "$home" ]; then say "left: $home (runs and settings), which --uninstall --state would have removed"; fi
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
    if [ "$(id -u)" = 0 ]; then
      prefix=/usr/local
    elif [ -n "${HOME:-}" ]; then
      prefix="$HOME/.local"
    else
      fail 'HOME is not set' 'install.sh --prefix DIR'
    fi
  fi
  case "$prefix" in /*) ;; *) prefix="$(pwd)/$prefix" ;; esac
  prefix=${prefix%/}
  record="$prefix/share/agent/installed"
  if [ "$action" = uninstall ]; then uninstall_agent; else install_agent; fi
}

main "$@"
