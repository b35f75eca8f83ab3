# --- submission: at most once per label, whoever asks and however often

# submit <label>...: runs their submit.sh, each under its lock.
# Prints per label: "answered <label> <exit>" and what submit.sh printed ("| ") and complained ("! ");
# "cancelled <label>"; "unbegun <label> <why>"; "doubt <label> <why>"; "missing <label>".
submit() {
  trap '' HUP PIPE # goes on when the connection drops
  process_of $$
  own="$$:$start:$boot"
  used=
  for name in "$@"; do
    is_label "$name" && submit_one "$name"
  done
  # shellcheck disable=SC2086
  cd "$LARMOR_WORK/jobs" && rm -f $used
  return 0
}

# Not in a subshell: submit.lock names the process that submits, and nothing must outlive that process. Besides
# the scheduler's own command one process is started, ln: of hundreds of jobs each one more would be felt.
submit_one() {
  cd "$LARMOR_WORK/jobs/$1" 2>/dev/null || { printf 'missing\t%s\n' "$1"; return; }
  used="$used $1/submit.lock.$$"
  if ! printf '%s\n' "$own" >"submit.lock.$$"; then
    # A full disk: an empty lock would be nobody's, for ever.
    rm -f "submit.lock.$$"
    [ -e submit.lock ] || { printf 'unbegun\t%s\t%s\n' "$1" 'its lock could not be written'; return; }
  fi
  crash_point submit.ready
  # Whoever makes submit.lock submits, and nobody else ever will. A call that died before leaves no trace.
  if ln "submit.lock.$$" submit.lock 2>/dev/null; then # else another call or a tombstone was first
    crash_point submit.locked
    (trap - PIPE && . ./submit.sh) >submit.stdout 2>submit.stderr </dev/null
    code=$?
    crash_point submit.accepted
    # Ended by a signal it may have submitted all the same: no answer, a doubt.
    if [ "$code" -le 128 ]; then
      {
        printf '%s\n' "$code"
        while IFS= read -r line || [ -n "$line" ]; do printf '| %s\n' "$line"; done <submit.stdout
        printf 'end\n'
      } >submit.out
    fi
    crash_point submit.kept
  fi
  lock=
  { read -r lock <submit.lock; } 2>/dev/null
  if kept_answer; then
    printf 'answered\t%s\t%s%s\n' "$1" "$code" "$answer"
    [ -s submit.stderr ] && head -c 4096 submit.stderr | sed 's/^/! /'
    return 0
  elif [ "$lock" = cancelled ]; then
    printf 'cancelled\t%s\n' "$1"
    return 0
  fi
  why='the submission was begun, and no answer was kept'
  if [ -z "$lock" ]; then
    why='its lock could not be made'
  elif [ "$lock" != "$own" ] && alive "$lock"; then
    why='another call is submitting it'
  fi
  printf 'doubt\t%s\t%s\n' "$1" "$why"
}

# Sets $code and $answer (its lines, each after a line break) from a submit.out that is whole.
kept_answer() {
  code=
  answer=
  line=
  [ -f submit.out ] || return 1
  {
    read -r code
    while IFS= read -r line; do
      [ "$line" = end ] && break
      answer="$answer
$line"
    done
  } <submit.out
  [ "$line" = end ]
}

# cancel <label>...: before the submission by a tombstone in its lock.
# Prints "cancelled <label>" when it can never be submitted any more, else "taken <label>".
cancel() {
  for name in "$@"; do
    is_label "$name" || continue
    dir="$LARMOR_WORK/jobs/$name"
    mkdir -p "$dir"
    printf 'cancelled\n' >"$dir/tombstone.$$" || { rm -f "$dir/tombstone.$$"; continue; }
    ln "$dir/tombstone.$$" "$dir/submit.lock" 2>/dev/null
    rm -f "$dir/tombstone.$$"
    if [ "$(cat "$dir/submit.lock")" = cancelled ]; then printf 'cancelled\t%s\n' "$name"; else printf 'taken\t%s\n' "$name"; fi
  done
}
