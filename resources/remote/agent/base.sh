#!/bin/sh
# Larmor's hand on a machine: every step that must happen there at most once. POSIX sh, no dependencies.
# It is one script there, joined of the files of this folder: agentScript in electron/engine/machines/remote-scripts.ts.
# Used as: LARMOR_WORK=<folder> sh agent-<version>.sh <verb> [<word>...]. Each verb takes many jobs in one call, is
# safe to run twice, and prints one line per job, fields separated by tabs; lines of files follow with "| " before them.
#
# $LARMOR_WORK/jobs/<label>/   one attempt: inputs, job.sh, submit.sh, and afterwards outputs and report.ended
#   submit.lock                made by an exclusive link, so only once: who submits, and from here on it may have been
#                              submitted; or "cancelled", a tombstone
#   submit.out                 the id file: exit status of submit.sh, then what it printed ("| "), then "end", without
#                              which it is none
#   run.lock                   the queue id that runs it
#   run.lock.turn              direct: "begun" once it takes its place, "held" while it is kept from that, or "withdrawn", for
#                              good; whoever is first
# $LARMOR_WORK/spool/          a name for each report that nobody has looked at yet: <label>.<event>
# $LARMOR_WORK/queue/          direct: tickets in order, each "pid start boot cores label"
set -u
umask 077

# For tests: dies here as if the machine had lost power, once, when LARMOR_CRASH_REMOTE names this point.
crash_point() {
  [ "${LARMOR_CRASH_REMOTE:-}" = "$1" ] && mkdir "$LARMOR_WORK/crashed.$1" 2>/dev/null && kill -9 $$
  return 0
}

# "<sum>  <name>" for each file, by whatever this machine has for it.
sha256() {
  if command -v sha256sum >/dev/null 2>&1; then
    sha256sum "$@"
  elif command -v shasum >/dev/null 2>&1; then
    shasum -a 256 "$@"
  elif command -v openssl >/dev/null 2>&1; then
    openssl dgst -sha256 -r "$@" | sed 's/ \*/  /'
  else
    cksum -a sha256 --untagged "$@" # coreutils 9.1 and newer
  fi
}

# Are the files what list $1 says?
sha256_check() {
  if command -v sha256sum >/dev/null 2>&1; then
    sha256sum -c "$1"
  else
    while IFS= read -r line; do sha256 "${line#*  }" || return 1; done <"$1" | cmp - "$1"
  fi >/dev/null 2>&1
}

is_label() {
  case $1 in
    [A-Za-z]*) ;;
    *) return 1 ;;
  esac
  case $1 in
    *[!A-Za-z0-9._-]*) return 1 ;;
  esac
}

# Each line of file $1 with "| " before it; 64 kB at most.
quote_file() {
  head -c 65536 "$1" | sed 's/^/| /'
  printf '\n'
}
