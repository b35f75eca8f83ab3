# From here on every job is the same: resources/remote/job.sh. Above it stand the scheduler's lines, a machine's own, and
# LARMOR_LABEL, LARMOR_DIR, LARMOR_SPOOL (empty: nobody is told), LARMOR_OUTPUT, LARMOR_SECONDS (empty: the scheduler
# warns), LARMOR_SHELL, LARMOR_SCRATCH (empty: the program computes in the job's folder), LARMOR_QUEUE_ID.
cd "$LARMOR_DIR" || exit 1

larmor_now() {
  now=$(date -u +%Y-%m-%dT%H:%M:%S.%3NZ)
  case $now in
    *N*) date -u +%Y-%m-%dT%H:%M:%SZ ;;
    *) echo "$now" ;;
  esac
}

# The report of one event: into the job's folder first, then its name into the spool; each appears whole or not at all.
larmor_report() {
  {
    printf 'larmor-report 1\nlabel=%s\nevent=%s\nqueue_id=%s\n' "$LARMOR_LABEL" "$1" "$LARMOR_QUEUE_ID"
    printf 'host=%s\npid=%s\nboot_id=%s\n' "$(uname -n)" "$$" "$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)"
    printf 'at=%s\nstarted=%s\nexit=%s\nsignal=%s\n' "$(larmor_now)" "$larmor_started" "${2:-}" "${3:-}"
  } >"report.$1.part" && mv -f "report.$1.part" "report.$1"
  [ -n "$LARMOR_SPOOL" ] || return 0
  (: >"$LARMOR_SPOOL/$LARMOR_LABEL.$1") 2>/dev/null # in a subshell: where this fails, ":" would end the script
}

larmor_started=$(larmor_now)
larmor_own="run.lock.$(uname -n).$$" # two nodes may give the same number
if ! printf '%s\n' "$LARMOR_QUEUE_ID" >"$larmor_own"; then
  # A full disk. Without a lock it must not run, and it reports nothing: another submission of the attempt may be running.
  rm -f "$larmor_own"
  echo "larmor: nothing can be written into $LARMOR_DIR on $(uname -n)" >&2
  exit 1
fi
if ! ln "$larmor_own" run.lock 2>/dev/null; then
  if [ "$(cat run.lock)" != "$LARMOR_QUEUE_ID" ]; then
    # Another submission of the same attempt runs or ran: this one must not.
    rm -f "$larmor_own"
    larmor_report duplicate
    exit 0
  fi
  rm -f report.ended # a requeue of the same id passes: how it ended before is not how it ends
fi
rm -f "$larmor_own"
larmor_report began

# --- the node's own scratch ----------------------------------------------------------------------------------------
# The program computes in a new folder of it: the staged files are copied in, and what came out is copied back when it
# has ended, or, of what a restart needs, when the time limit is near. Only that folder is ever removed.
larmor_place=$LARMOR_DIR
larmor_enter_scratch() {
  larmor_place=$LARMOR_SCRATCH/larmor-$LARMOR_LABEL
  mkdir -p "$LARMOR_SCRATCH" && rm -rf "$larmor_place" && (umask 077 && mkdir "$larmor_place") || return 1
  while read -r larmor_sum larmor_file; do
    case $larmor_file in
      job.sh | program.sh | submit.sh | tail.sh | restart.txt | scratch.txt) ;;
      *)
        mkdir -p "$(dirname "$larmor_place/$larmor_file")" && cp -p "./$larmor_file" "$larmor_place/$larmor_file" || return 1
        ;;
    esac
  done <SHA256SUMS
}

# Is file $1 one of the patterns in $2?
larmor_matches() {
  [ -f "$2" ] || return 1
  while read -r larmor_pattern; do
    # shellcheck disable=SC2254
    case $1 in
      $larmor_pattern) return 0 ;;
    esac
  done <"$2"
  return 1
}

# Copies back from the scratch: with "restart" only what a restart begins with. Each appears whole or not at all, but for
# what lies in folders: that is not fetched, and only kept.
larmor_copy_back() {
  larmor_failed=
  for larmor_path in "$larmor_place"/* "$larmor_place"/.[!.]* "$larmor_place"/..?*; do
    [ -f "$larmor_path" ] && [ ! -L "$larmor_path" ] || continue
    larmor_file=${larmor_path##*/}
    if ! larmor_matches "$larmor_file" restart.txt; then
      [ "${1:-}" = restart ] && continue
      larmor_matches "$larmor_file" scratch.txt && continue
    fi
    cmp -s "$larmor_path" "./$larmor_file" && continue
    cp -p "$larmor_path" "./.$larmor_file.part" && mv -f "./.$larmor_file.part" "./$larmor_file" || larmor_failed=yes
  done
  for larmor_path in "$larmor_place"/* "$larmor_place"/.[!.]* "$larmor_place"/..?*; do
    [ "${1:-}" != restart ] && [ -d "$larmor_path" ] && [ ! -L "$larmor_path" ] || continue
    find "$larmor_path" -type f | while IFS= read -r larmor_file; do
      larmor_matches "${larmor_file##*/}" scratch.txt && rm -f "$larmor_file"
    done
    cp -RPp "$larmor_path" . || larmor_failed=yes
  done
  [ -z "$larmor_failed" ]
}

larmor_leave_scratch() {
  [ "$larmor_place" != "$LARMOR_DIR" ] && [ -d "$larmor_place" ] || return 0
  if larmor_copy_back; then
    rm -rf "$larmor_place"
  else
    echo "larmor: not all could be copied back; the rest is on $(uname -n) in $larmor_place" >>stderr.txt
  fi
}

larmor_signal=
larmor_killer=
larmor_on_signal() {
  larmor_signal=${larmor_signal:-$1} # the first: who was told that time is up is ended by TERM after all
  larmor_woken=yes
  # A copy may take longer than there is time: what a restart needs goes first, while the program still computes.
  [ "$1" = USR1 ] && [ "$larmor_place" != "$LARMOR_DIR" ] && larmor_copy_back restart
  kill -s TERM "$larmor_child" 2>/dev/null
  if [ "$1" = USR1 ] && [ -z "$larmor_killer$LARMOR_SECONDS" ]; then
    larmor_keep_time 0 &
    larmor_killer=$!
  fi
}

# After $1 seconds tells this script that time is up, and ends a program that does not end when asked, as Slurm's KillWait
# does, while there still is time to copy back and to report. It is a program of its own without the job's id, so that it
# is not taken for the job; and it looks whether the script is there, so that it never outlives it for long.
larmor_keep_time() {
  LARMOR_QUEUE_ID='' exec sh -c '
    trap - INT USR1
    # TERM may come right after a nap was begun: before a variable could name it, and while it still has this trap.
    trap "kill -s KILL \$! 2>/dev/null; exit" TERM
    pass() {
      left=$1
      while [ "$left" -gt 0 ]; do
        slice=15
        [ "$left" -gt "$slice" ] || slice=$left
        sleep "$slice" >/dev/null 2>&1 &
        wait "$!" || exit
        kill -0 "$script" 2>/dev/null || exit
        left=$((left - slice))
      done
    }
    script=$2
    pass "$1"
    [ "$1" = 0 ] || kill -s USR1 "$script"
    pass "$4"
    kill -s KILL "$3"
  ' sh "$1" "$$" "$larmor_child" "${LARMOR_KILL_WAIT:-30}"
}
trap '' HUP # a logout ends nothing
trap 'larmor_on_signal TERM' TERM
trap 'larmor_on_signal INT' INT
trap 'larmor_on_signal USR1' USR1 # the time limit is near

command -v "$LARMOR_SHELL" >/dev/null 2>&1 || LARMOR_SHELL=sh
: >stderr.txt
if [ -n "$LARMOR_SCRATCH" ] && ! larmor_enter_scratch 2>>stderr.txt; then
  echo "larmor: the scratch folder $LARMOR_SCRATCH cannot be used on $(uname -n)" >>stderr.txt
  larmor_report ended 1 ''
  exit 1
fi
# In the background and waited for: a shell runs its traps only between commands.
(cd "$larmor_place" && exec "$LARMOR_SHELL" "$LARMOR_DIR/program.sh") >"$LARMOR_OUTPUT" 2>>stderr.txt </dev/null &
larmor_child=$!
[ -z "$larmor_signal" ] || kill -s TERM "$larmor_child" 2>/dev/null # it came before there was a child to tell
larmor_clock=
larmor_exit=
if [ -n "$LARMOR_SECONDS" ]; then
  larmor_keep_time "$LARMOR_SECONDS" &
  larmor_clock=$!
fi
# A signal ends `wait` before the program has ended, and its status is then the signal's.
while :; do
  larmor_woken=
  wait "$larmor_child"
  larmor_status=$?
  [ "$larmor_status" -eq 127 ] && [ -n "$larmor_exit" ] || larmor_exit=$larmor_status # 127: it was told already
  [ -n "$larmor_woken" ] || break
done
for larmor_helper in $larmor_clock $larmor_killer; do kill "$larmor_helper" 2>/dev/null; done
larmor_leave_scratch
if [ -z "$larmor_signal" ] && [ "$larmor_exit" -gt 128 ]; then
  larmor_signal=$(kill -l "$((larmor_exit - 128))" 2>/dev/null)
fi
# The machine's own last lines; where time is up the report goes first.
[ -f tail.sh ] && [ -z "$larmor_signal" ] && sh ./tail.sh >tail.out 2>&1 </dev/null
larmor_report ended "$larmor_exit" "$larmor_signal"
[ -f tail.sh ] && [ -n "$larmor_signal" ] && sh ./tail.sh >tail.out 2>&1 </dev/null
exit "$larmor_exit"
