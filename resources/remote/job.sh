# From here on every job is the same: resources/remote/job.sh. Above it stand the scheduler's lines and LARMOR_LABEL,
# LARMOR_DIR, LARMOR_SPOOL, LARMOR_OUTPUT, LARMOR_SECONDS, LARMOR_QUEUE_ID.
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
  (: >"$LARMOR_SPOOL/$LARMOR_LABEL.$1") 2>/dev/null # in a subshell: where this fails, ":" would end the script
}

larmor_started=$(larmor_now)
larmor_own="run.lock.$(uname -n).$$" # two nodes may give the same number
printf '%s\n' "$LARMOR_QUEUE_ID" >"$larmor_own"
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

larmor_signal=
larmor_on_signal() {
  larmor_signal=$1
  larmor_woken=yes
  kill -s TERM "$larmor_child" 2>/dev/null
}
trap '' HUP # a logout ends nothing
trap 'larmor_on_signal TERM' TERM
trap 'larmor_on_signal INT' INT
trap 'larmor_on_signal USR1' USR1 # the time limit is near

# In the background and waited for: a shell runs its traps only between commands.
sh ./program.sh >"$LARMOR_OUTPUT" 2>stderr.txt </dev/null &
larmor_child=$!
[ -z "$larmor_signal" ] || kill -s TERM "$larmor_child" 2>/dev/null # it came before there was a child to tell
larmor_clock=
larmor_exit=
if [ -n "$LARMOR_SECONDS" ]; then
  (
    trap - TERM INT USR1
    sleep "$LARMOR_SECONDS" >/dev/null 2>&1 &
    trap 'kill $!; exit' TERM
    wait $! && kill -s USR1 $$
    # Whoever does not end when asked is ended, as by Slurm's KillWait.
    sleep "${LARMOR_KILL_WAIT:-30}" >/dev/null 2>&1 &
    wait $! && kill -s KILL "$larmor_child"
  ) &
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
[ -n "$larmor_clock" ] && kill "$larmor_clock" 2>/dev/null
if [ -z "$larmor_signal" ] && [ "$larmor_exit" -gt 128 ]; then
  larmor_signal=$(kill -l "$((larmor_exit - 128))" 2>/dev/null)
fi
larmor_report ended "$larmor_exit" "$larmor_signal"
exit "$larmor_exit"
