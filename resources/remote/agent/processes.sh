# --- processes: which of them is whose, and their end

# The boot of this machine: a pid of another boot is a stranger.
boot_id() {
  if [ -r /proc/sys/kernel/random/boot_id ]; then
    read -r boot </proc/sys/kernel/random/boot_id
  else
    boot=$(sysctl -n kern.boottime 2>/dev/null | tr -cd '0-9' | cut -c1-16)
    boot=${boot:-unknown}
  fi
}

# Sets $start to the start time of process $1, empty when there is none; $session to its session (where /proc cannot
# tell, to its process group).
process_of() {
  start=
  session=
  if [ -r /proc/self/stat ]; then
    { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 0
    stat=${stat##*) } # the command's name stands in brackets and may hold anything
    # shellcheck disable=SC2086
    set -- $stat
    [ "$1" = Z ] && return 0
    session=$4
    shift 19
    start=$1
  else
    start=$(LC_ALL=C TZ=UTC0 ps -o lstart= -p "$1" 2>/dev/null | tr -s ' :' '__')
    session=$(ps -o pgid= -p "$1" 2>/dev/null | tr -d ' ')
  fi
}

# Is "pid:start:boot" alive?
alive() {
  old_ifs=$IFS
  IFS=:
  # shellcheck disable=SC2086
  set -- $1
  IFS=$old_ifs
  [ "${3:-}" = "$boot" ] || return 1
  process_of "$1"
  [ -n "$start" ] && [ "$start" = "${2:-}" ]
}

# A new session, so that a logout ends nothing and one number names all processes of the job.
new_session() {
  if command -v setsid >/dev/null 2>&1; then exec setsid "$@"; fi
  exec perl -MPOSIX -e 'POSIX::setsid(); exec @ARGV or exit 127' "$@"
}

# Sends signal $1 to every process of the session $2, whose job has the id $3; sets $count to how many there were.
# While its leader lives the session is the job's. Afterwards its number may have gone to a stranger and come free
# again, so that only what carries the job's id in its environment is the job's.
signal_session() {
  count=0
  process_of "$2"
  leader=$start
  if [ -r /proc/self/stat ]; then
    # sed finds them fast among thousands; a process may call itself anything, so each is looked at again.
    for member in $(cat /proc/[0-9]*/stat 2>/dev/null |
      sed -n "s/^\([0-9]*\) (.*) [A-Za-z] [0-9]* [0-9]* $2 .*/\1/p"); do
      process_of "$member"
      [ "$session" = "$2" ] || continue
      [ -n "$leader" ] || tr '\0' '\n' 2>/dev/null <"/proc/$member/environ" | grep -qxF "LARMOR_QUEUE_ID=$3" || continue
      count=$((count + 1))
      kill -s "$1" "$member" 2>/dev/null
    done
  else
    # Its process group and all descendants: a session cannot be asked for everywhere.
    for member in $(ps -A -o pid= -o ppid= -o pgid= -o stat= | awk -v s="$2" '
      $4 !~ /^Z/ { parent[$1] = $2; group[$1] = $3 }
      END { for (p in parent) for (q = p; q > 1; q = parent[q]) if (q == s || group[q] == s) { print p; break } }'); do
      count=$((count + 1))
      kill -s "$1" "$member" 2>/dev/null
    done
  fi
}

# May the session of "pid:start:boot" be signalled? Not when it is of another boot, nor when a stranger has its number.
# Sets $pid.
is_own() {
  pid=${1%%:*}
  rest=${1#*:}
  [ "${rest#*:}" = "$boot" ] || return 1
  process_of "$pid"
  [ -z "$start" ] || [ "$start" = "${rest%%:*}" ]
}

is_id() {
  case $1 in
    *[!A-Za-z0-9:_-]* | *:*:*:*) return 1 ;;
    [1-9]*:?*:*) ;;
    *) return 1 ;;
  esac
  case ${1%%:*} in
    1 | *[!0-9]*) return 1 ;;
  esac
}

# end <id>...: ends all processes of these jobs, mpirun's ranks too: asks all, waits 5 s, then kills. Prints "dead <id>".
end() {
  # The last in the queue first: what waits must not begin in the place of what ends.
  order=' '
  for ticket in "$LARMOR_WORK"/queue/[0-9]*; do
    { read -r t_pid t_start t_boot t_cores t_label <"$ticket"; } 2>/dev/null || continue
    case " $* " in
      *" $t_pid:$t_start:$t_boot "*) order=" $t_pid:$t_start:$t_boot$order" ;;
    esac
  done
  for id in "$@"; do
    case $order in
      *" $id "*) ;;
      *) is_id "$id" && order="$order$id " ;;
    esac
  done
  for id in $order; do
    is_own "$id" && signal_session TERM "$pid" "$id"
  done
  until=$(($(date +%s) + 5))
  for id in "$@"; do
    is_id "$id" || continue
    count=0
    if is_own "$id"; then
      signal_session 0 "$pid" "$id"
      while [ "$count" -gt 0 ] && [ "$(date +%s)" -lt "$until" ]; do
        sleep 0.1
        signal_session 0 "$pid" "$id"
      done
      if [ "$count" -gt 0 ]; then
        signal_session KILL "$pid" "$id"
        sleep 0.2
        signal_session 0 "$pid" "$id"
      fi
    fi
    if [ "$count" -eq 0 ]; then printf 'dead\t%s\n' "$id"; else printf 'alive\t%s\n' "$id"; fi
  done
}
