# --- direct: this machine without a scheduler

# enqueue <label> <cores> <capacity>: starts the job's waiting script and gives it the next ticket; prints its id.
enqueue() {
  (new_session sh "$0" hold "$1" "$2" "$3") >/dev/null 2>&1 </dev/null &
  pid=$!
  crash_point direct.forked
  n=0
  while :; do
    process_of "$pid"
    [ -n "$start" ] && [ "$session" = "$pid" ] && break
    n=$((n + 1))
    [ "$n" -lt 100 ] && [ -n "$start" ] || break
    sleep 0.02
  done
  [ -n "$start" ] || { echo 'the waiting script did not start' >&2; return 1; }
  ticket="$LARMOR_WORK/queue/.new.$$"
  printf '%s %s %s %s %s\n' "$pid" "$start" "$boot" "$2" "$1" >"$ticket" && make_last "$ticket" || { kill -9 "$pid"; rm -f "$ticket"; return 1; }
  rm -f "$ticket"
  crash_point direct.ticketed
  printf '%s:%s:%s\n' "$pid" "$start" "$boot"
}

# Gives the ticket $1 the last place in the queue. Fails, and says why, where that cannot be written, on a full disk.
make_last() {
  number=0
  for last in "$LARMOR_WORK"/queue/[0-9]*; do number=${last##*/}; done
  case $number in
    *[!0-9]*) number=0 ;; # the queue is empty
  esac
  number=$(echo "$number" | sed 's/^0*//')
  vain=0
  while :; do
    number=$((${number:-0} + 1))
    place="$LARMOR_WORK/queue/$(printf '%09d' "$number")"
    why=$(ln "$1" "$place" 2>&1) && return
    [ -e "$place" ] && continue # another was first
    # One that was first may have given its place back since, but not again and again.
    vain=$((vain + 1))
    [ "$vain" -lt 5 ] || { printf '%s\n' "$why" >&2; return 1; }
  done
}

# hold <label> <cores> <capacity>: waits until the live tickets before its own leave enough cores, then becomes the job.
# Strictly in order: what runs is always the front of the queue, so nobody has to hand out places. What is held is passed
# over, and comes last when it is let go.
hold() {
  trap '' HUP
  want=$2
  [ "$want" -le "$3" ] || want=$3 # a job that wants more than the machine has runs alone
  waited=0
  while :; do
    if is_held "$1"; then
      sleep 5
      continue
    fi
    [ "$turn" = withdrawn ] && exit 0
    ahead=0
    used=0
    own=
    orphaned=
    for ticket in "$LARMOR_WORK"/queue/[0-9]*; do
      { read -r t_pid t_start t_boot t_cores t_label <"$ticket"; } 2>/dev/null || continue
      if [ "$t_label" = "$1" ] && [ "$t_pid" = $$ ]; then
        own=$ticket
        break
      fi
      case $t_cores in
        '' | *[!0-9]*) continue ;;
      esac
      [ "$((used + want))" -gt "$3" ] && { ahead=$((ahead + 1)); continue; }
      ticket_word
      case $word in
        over) rm -f "$ticket" ;;
        queued | running | orphaned)
          [ "$word" = orphaned ] && orphaned=yes
          used=$((used + t_cores))
          ahead=$((ahead + 1))
          ;;
      esac
    done
    if [ -n "$own" ]; then
      [ "$((used + want))" -le "$3" ] && takes_place "$1" && break
      # Far from the front it looks more seldom: 200 waiting scripts must cost nothing.
      # To find the processes of a job whose script was killed costs more than to see its script.
      if [ -n "$orphaned" ]; then sleep 5; elif [ "$ahead" -le 2 ]; then sleep 0.1; elif [ "$ahead" -gt 150 ]; then sleep 15; else sleep "$((ahead / 10)).$((ahead % 10))"; fi
    else
      # Whoever made it died before giving it a ticket: it never happened.
      waited=$((waited + 1))
      [ "$waited" -gt 100 ] && exit 0
      sleep 0.1
    fi
  done
  cd "$LARMOR_WORK/jobs/$1" || exit 1
  process_of $$
  LARMOR_QUEUE_ID="$$:$start:$boot"
  export LARMOR_QUEUE_ID
  exec sh ./job.sh
}

# Whether job $1 may begin now: from here on it cannot be held any more.
takes_place() {
  turn="$LARMOR_WORK/jobs/$1/run.lock.turn"
  printf 'begun\n' 2>/dev/null >"$turn.$$" && ln "$turn.$$" "$turn" 2>/dev/null
  rm -f "$turn.$$"
  ! is_held "$1" && [ "$turn" != withdrawn ]
}

is_held() {
  turn=
  { read -r turn <"$LARMOR_WORK/jobs/$1/run.lock.turn"; } 2>/dev/null
  [ "$turn" = held ]
}

# keep <id>...: what waits does not begin before it is let go. Prints "held <id>" for each that is held now. Fails where that
# cannot be written, on a full disk.
keep() {
  failed=
  for ticket in "$LARMOR_WORK"/queue/[0-9]*; do
    is_ticket_of "$@" || continue
    turn="$LARMOR_WORK/jobs/$t_label/run.lock.turn"
    if printf 'held\n' >"$turn.$$"; then ln "$turn.$$" "$turn" 2>/dev/null; else failed=yes; fi
    rm -f "$turn.$$"
    is_held "$t_label" && printf 'held\t%s\n' "$t_pid:$t_start:$t_boot"
  done
  [ -z "$failed" ]
}

# release <id>...: what is held is the last in the queue, and no longer held; in the order that they had. Others may have
# begun in its place: to stand before them would be to begin beside them. Prints "released <id>". Fails where one cannot be
# the last, on a full disk: it stays held.
release() {
  failed=
  done=' '
  for ticket in "$LARMOR_WORK"/queue/[0-9]*; do
    is_ticket_of "$@" && is_held "$t_label" || continue
    id="$t_pid:$t_start:$t_boot"
    case $done in
      *" $id "*) ;; # an earlier call died between the two
      *) make_last "$ticket" || { [ -e "$ticket" ] && failed=yes; continue; } ;;
    esac
    rm -f "$ticket"
    done="$done$id "
  done
  for ticket in "$LARMOR_WORK"/queue/[0-9]*; do
    is_ticket_of "$@" || continue
    id="$t_pid:$t_start:$t_boot"
    case $done in
      *" $id "*) is_held "$t_label" && rm -f "$LARMOR_WORK/jobs/$t_label/run.lock.turn" ;;
    esac
    is_held "$t_label" || printf 'released\t%s\n' "$id"
  done
  [ -z "$failed" ]
}

# withdraw [<label> <id>]...: what waits never begins, and nothing of it stays alive. Prints "withdrawn <label>". Fails where
# that cannot be written, on a full disk.
withdraw() {
  failed=
  while [ $# -ge 2 ]; do
    # One that an older agent started knows nothing of turns.
    if is_label "$1" && is_id "$2" && [ ! -e "$LARMOR_WORK/jobs/$1/run.lock" ] && take_back "$1"; then
      # Of a dead one there is nothing to be found among all processes.
      is_own "$2" && [ -n "$start" ] && signal_session KILL "$pid" "$2"
      printf 'withdrawn\t%s\n' "$1"
    fi
    shift 2
  done
  [ -z "$failed" ]
}

# Whether job $1 can never begin from here on, held or not: unless it has taken its place. Sets $turn, and $failed where it
# could not be written.
take_back() {
  file="$LARMOR_WORK/jobs/$1/run.lock.turn"
  if printf 'withdrawn\n' >"$file.back.$$"; then
    ln "$file.back.$$" "$file" 2>/dev/null || { is_held "$1" && mv -f "$file.back.$$" "$file"; }
  else
    failed=yes
  fi
  rm -f "$file.back.$$"
  ! is_held "$1" && [ "$turn" = withdrawn ]
}

# Is $ticket that of one of these ids? Sets t_*.
is_ticket_of() {
  { read -r t_pid t_start t_boot t_cores t_label <"$ticket"; } 2>/dev/null || return 1
  is_label "$t_label" || return 1
  case " $* " in
    *" $t_pid:$t_start:$t_boot "*) ;;
    *) return 1 ;;
  esac
}

# Sets $word for the ticket t_*: "queued", "held", "running", "orphaned" (its script was killed, its program lives), "killed" (so
# was its program, or it has ended since), "rebooted" (this computer was, while it ran), "unbegun" (while it waited, or it was
# withdrawn: it never began, and has no place), or "over".
ticket_word() {
  t_dir="$LARMOR_WORK/jobs/$t_label"
  turn=
  if [ ! -e "$t_dir/run.lock" ]; then is_held "$t_label"; fi
  if [ "$turn" = withdrawn ] && [ ! -e "$t_dir/report.ended" ]; then
    word=unbegun
  elif alive "$t_pid:$t_start:$t_boot"; then
    if [ -e "$t_dir/run.lock" ]; then word=running; elif [ "$turn" = held ]; then word=held; else word=queued; fi
  elif [ -e "$t_dir/report.ended" ]; then
    word=over
  elif [ "$t_boot" != "$boot" ]; then
    if [ -e "$t_dir/run.lock" ]; then word=rebooted; else word=unbegun; fi
  elif [ ! -e "$t_dir/run.lock" ]; then
    word=over
  else
    word=killed
    signal_session 0 "$t_pid" "$t_pid:$t_start:$t_boot"
    [ "$count" -gt 0 ] && word=orphaned
  fi
}

# queue: all tickets of jobs that are not over: "<label> <word> <id>", the word as above.
queue() {
  for ticket in "$LARMOR_WORK"/queue/[0-9]*; do
    { read -r t_pid t_start t_boot t_cores t_label <"$ticket"; } 2>/dev/null || continue
    ticket_word
    # Another boot may be another host with the same folder, where its script is alive and is to begin no more.
    if [ "$word" = unbegun ] && [ "$turn" != withdrawn ]; then
      is_label "$t_label" && take_back "$t_label" || word=rebooted
    fi
    [ "$word" = over ] || printf '%s\t%s\t%s\n' "$t_label" "$word" "$t_pid:$t_start:$t_boot"
    case $word in
      over) rm -f "$ticket" ;;
      killed | rebooted | unbegun) [ -n "$(find "$ticket" -mtime +1 2>/dev/null)" ] && rm -f "$ticket" ;; # it was told
    esac
  done
  return 0
}
