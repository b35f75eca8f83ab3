#!/bin/sh
# Larmor's hand on a machine: every step that must happen there at most once. POSIX sh, no dependencies.
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

# A new session, so that a logout ends nothing and one number names all processes of the job.
new_session() {
  if command -v setsid >/dev/null 2>&1; then exec setsid "$@"; fi
  exec perl -MPOSIX -e 'POSIX::setsid(); exec @ARGV or exit 127' "$@"
}

# --- probe: what the machine is ----------------------------------------------------------------------------------
# probe [program...]: "boot", "now", "cores", "host", "program<tab>name<tab>path" for each that is there, and "lacks tar"
# or "lacks sha256".
probe() {
  mkdir -p "$LARMOR_WORK/jobs" "$LARMOR_WORK/spool" "$LARMOR_WORK/queue" "$LARMOR_WORK/incoming" || return 1
  printf 'boot\t%s\nnow\t%s\n' "$boot" "$(date -u +%s)"
  printf 'cores\t%s\n' "$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)"
  printf 'host\t%s\nwork\t%s\n' "$(uname -n)" "$(cd "$LARMOR_WORK" && pwd)"
  for name in "$@"; do
    path=$(command -v "$name" 2>/dev/null) && printf 'program\t%s\t%s\n' "$name" "$path"
  done
  command -v tar >/dev/null 2>&1 || printf 'lacks\ttar\n'
  [ "$(sha256 /dev/null 2>/dev/null | cut -c1-8)" = e3b0c442 ] || printf 'lacks\tsha256\n'
  return 0
}

# --- stage: a tar stream of <label>/... comes in, or stands already in incoming/<$1> (by SFTP) ----------------------
# Prints "staged <label>", or "bad <label>" when a checksum is wrong, or "conflict <label>" when another attempt's
# files stand there.
stage() {
  in="$LARMOR_WORK/incoming/${1:-$$}"
  [ $# -gt 0 ] || rm -rf "$in"
  mkdir -p "$in" "$LARMOR_WORK/jobs" "$LARMOR_WORK/spool" "$LARMOR_WORK/queue" || return 1
  [ $# -gt 0 ] || tar -xf - -C "$in" || { rm -rf "$in"; return 1; }
  crash_point stage.unpacked
  # One checksum command and one rename for all that are new and whole; each of the others is looked at alone.
  if sums_of_all "$in" >"$in.sums" && (cd "$in" && sha256_check "$in.sums"); then
    set --
    for dir in "$in"/*/; do
      dir=${dir%/}
      is_label "${dir##*/}" && [ ! -d "$LARMOR_WORK/jobs/${dir##*/}" ] && set -- "$@" "$dir"
    done
    # Where another call is faster, its folder stays, and this one is looked at below.
    [ $# -gt 0 ] && mv "$@" "$LARMOR_WORK/jobs/" 2>/dev/null
    for dir in "$@"; do
      [ -d "$dir" ] || printf 'staged\t%s\n' "${dir##*/}"
    done
  fi
  rm -f "$in.sums"
  for dir in "$in"/*/; do
    dir=${dir%/}
    name=${dir##*/}
    is_label "$name" || continue
    [ -d "$dir" ] && stage_one
  done
  rm -rf "$in"
  # What a dead call left behind, a day later.
  find "$LARMOR_WORK/incoming" -mindepth 1 -maxdepth 1 -mtime +1 -exec rm -rf {} + 2>/dev/null
  return 0
}

# The sums of all jobs in folder $1, of paths from there.
sums_of_all() {
  (cd "$1" && [ -f "$(printf '%s\n' */SHA256SUMS | head -n 1)" ] && awk '
    FNR == 1 { dir = FILENAME; sub(/SHA256SUMS$/, "", dir) }
    { print substr($0, 1, 66) dir substr($0, 67) }' */SHA256SUMS)
}

# $dir: an unpacked folder; $name: its label.
stage_one() {
  job="$LARMOR_WORK/jobs/$name"
  if ! (cd "$dir" && sha256_check SHA256SUMS) || ! cp "$dir/SHA256SUMS" "$in/$name.sums"; then
    printf 'bad\t%s\n' "$name"
    return
  fi
  # Where another call is faster, mv puts this folder inside of that one's.
  [ -d "$job" ] || mv "$dir" "$job" 2>/dev/null
  [ -f "$job/$name/SHA256SUMS" ] && rm -rf "${job:?}/$name"
  if cmp -s "$in/$name.sums" "$job/SHA256SUMS"; then
    printf 'staged\t%s\n' "$name"
  elif [ -d "$job" ]; then
    printf 'conflict\t%s\n' "$name"
  else
    printf 'bad\t%s\n' "$name"
  fi
}

# --- submit: at most once per label, whoever asks and however often ------------------------------------------------
# Prints per label: "answered <label> <exit>" and what submit.sh printed ("| ") and complained ("! ");
# "cancelled <label>"; "doubt <label> <why>"; "missing <label>".
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
    printf 'doubt\t%s\t%s\n' "$1" 'its lock could not be written'
    return
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

# --- cancel: before the submission by a tombstone in its lock ------------------------------------------------------
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

# --- look: the reports ---------------------------------------------------------------------------------------------
# look [label...]: the reports of all names in the spool and of the labels, from the jobs' own folders (the spool only
# says where to look). Prints "report <label> <event>" with the report's lines, "spooled <name>", and for each label
# given "folder <label> <what there is>".
look() {
  for entry in "$LARMOR_WORK"/spool/*; do
    [ -f "$entry" ] || continue
    name=${entry##*/}
    event=${name##*.}
    case $name in
      *.part | *[!A-Za-z0-9._-]*) continue ;;
    esac
    printf 'spooled\t%s\n' "$name"
    if [ "$event" = foreign ]; then
      # Of a job that was not submitted from here, by larmor-report: the only report that stands in the spool itself.
      [ -L "$entry" ] || { printf 'report\t%s\tforeign\n' "${name%.*}"; quote_file "$entry"; }
    else
      report "${name%.*}" "$event"
    fi
  done
  for name in "$@"; do
    is_label "$name" || continue
    report "$name" began
    report "$name" ended
    dir="$LARMOR_WORK/jobs/$name"
    printf 'folder\t%s\t%s\n' "$name" "$(cd "$dir" 2>/dev/null && ls -d submit.lock submit.out run.lock report.ended 2>/dev/null | tr '\n' ' ')"
  done
}

report() {
  is_label "$1" || return 0
  case $2 in
    began | ended | duplicate) ;;
    *) return 0 ;;
  esac
  file="$LARMOR_WORK/jobs/$1/report.$2"
  [ -f "$file" ] && [ ! -L "$file" ] || return 0
  printf 'report\t%s\t%s\n' "$1" "$2"
  quote_file "$file"
}

# follow: a line whenever names come into the spool, until nobody listens. It is listed, not watched: what another node
# writes into a shared folder wakes no watcher. "alive" finds out that the connection has gone.
follow() {
  names=
  rounds=0
  while :; do
    last=$names
    names=
    for entry in "$LARMOR_WORK"/spool/*; do
      [ -f "$entry" ] && names="$names ${entry##*/}"
    done
    if [ "$names" != "$last" ] && [ -n "$names" ]; then
      printf 'changed\t\n' || return 0
    elif [ "$((rounds % 30))" = 0 ]; then
      printf 'alive\t\n' || return 0
    fi
    rounds=$((rounds + 1))
    sleep 0.5
  done
}

# adopt <label> <dir>: the label's folder is this one from now on. Prints "adopted <label>" where it is there.
adopt() {
  is_label "$1" && [ -d "$2" ] || return 0
  mkdir -p "$LARMOR_WORK/jobs"
  [ -e "$LARMOR_WORK/jobs/$1" ] || ln -s "$2" "$LARMOR_WORK/jobs/$1"
  [ -L "$LARMOR_WORK/jobs/$1" ] && printf 'adopted\t%s\n' "$1"
  return 0
}

# clean <label>...: removes the folders of jobs that were fetched, or withdrawn before they began. Prints "cleaned <label>" for each that is gone, and
# "kept <label>" with the names of what no fetch took for each that stays because of it; of what was written after the
# fetch that is said behind the name.
clean() {
  for name in "$@"; do
    is_label "$name" || continue
    dir="$LARMOR_WORK/jobs/$name"
    if [ -L "$dir" ]; then
      rm -f "$dir/fetch.sha256" "$dir" # an adopted one lies elsewhere, and stays
    elif [ -f "$dir/fetch.sha256" ]; then
      left=$(cd "$dir" && { left_here fetch.sha256 && late; })
      if [ -n "$left" ]; then
        printf 'kept\t%s\n' "$name"
        printf '%s\n' "$left" | head -n 100 | sed 's/^/| /'
        continue
      fi
      rm -rf "$dir"
    elif [ ! -e "$dir/run.lock" ] && [ "$(cat "$dir/run.lock.turn" 2>/dev/null)" = withdrawn ]; then
      # At once as a whole: whoever may still wait there finds that it is withdrawn, or nothing.
      mv "$dir" "$LARMOR_WORK/incoming/withdrawn.$$" && rm -rf "$LARMOR_WORK/incoming/withdrawn.$$"
    fi
    [ -e "$dir" ] || [ -L "$dir" ] || printf 'cleaned\t%s\n' "$name"
  done
  return 0
}

# seen <name>...: these names in the spool were looked at, and what they said is kept.
seen() {
  for name in "$@"; do
    case $name in
      */* | .*) ;;
      *) rm -f "$LARMOR_WORK/spool/$name" ;;
    esac
  done
}

# --- pack: what came out, as a tar stream of <label>/<file> --------------------------------------------------------
# Regular files at the top of the folder, without the names in its scratch.txt, and those of restart.txt only where
# somebody may want to begin with them; first of each job fetch.sha256, by which the other end knows that all of it
# arrived; not-fetched.txt names what else there is. What is there already is left out: lines "<sum>  <label>/<file>" on standard input.
pack() {
  cd "$LARMOR_WORK/jobs" || return 1
  list=$LARMOR_WORK/incoming/pack.$$
  : >"$list"
  cat >"$list.there"
  for name in "$@"; do
    is_label "$name" && [ -d "$name" ] || continue
    printf '%s\n' "$name/fetch.sha256" >>"$list"
    make_sums "$name"
    awk -v dir="$name/" 'FILENAME == ARGV[1] { there[$0]; next }
      { file = dir substr($0, 69) }
      !((substr($0, 1, 64) "  " file) in there) { print file }' "$list.there" "$name/fetch.sha256" >>"$list"
  done
  LC_ALL=C tar -cf - -T "$list" 2>"$list.err"
  code=$?
  cat "$list.err" >&2
  # That a file has gone away meanwhile its sum tells as well.
  grep -q 'No such file' "$list.err" && code=0
  rm -f "$list" "$list.there" "$list.err"
  [ "$code" -le 1 ] # 1: a file changed meanwhile, which its sum tells
}

# sums <label>...: what pack would send, for who reads the files by SFTP: "sums <label>", and the lines of fetch.sha256.
sums() {
  cd "$LARMOR_WORK/jobs" || return 1
  for name in "$@"; do
    is_label "$name" && [ -d "$name" ] || continue
    make_sums "$name"
    printf 'sums\t%s\n' "$name"
    sed 's/^/| /' "$name/fetch.sha256"
  done
}

# rest <label> <file> <offset> <sum>: what follows the first bytes of a file, as long as it has this sum; else exit 3.
rest() {
  is_label "$1" || return 3
  case $2 in
    */* | .*) return 3 ;;
  esac
  cd "$LARMOR_WORK/jobs/$1" 2>/dev/null && [ -f "./$2" ] && [ ! -L "./$2" ] || return 3
  [ "$(sha256 "./$2" | cut -c1-64)" = "$4" ] || return 3
  tail -c "+$(($3 + 1))" "./$2"
}

# Makes fetch.sha256 in folder $1, and not-fetched.txt where something stays behind.
make_sums() {
  (
    linked=
    [ -L "$1" ] && linked=yes
    cd "$1" || exit
    set --
    for file in *; do
      [ -f "$file" ] && [ ! -L "$file" ] || continue
      case $file in
        *[!A-Za-z0-9._+,=@\ -]* | -* | .* | ' '* | not-fetched.txt | fetch.sha256* | submit.lock* | run.lock.* | tombstone.*) continue ;;
      esac
      is_scratch "$file" && continue
      set -- "$@" "./$file"
    done
    if [ $# -gt 0 ]; then sha256 "$@"; fi >fetch.sha256.part
    # The folder of an adopted job is never removed, and whatever its owner keeps in it is theirs.
    if [ -z "$linked" ]; then
      left_here fetch.sha256.part >not-fetched.txt
      if [ -s not-fetched.txt ]; then sha256 ./not-fetched.txt >>fetch.sha256.part; else rm -f not-fetched.txt; fi
    fi
    mv -f fetch.sha256.part fetch.sha256
  )
}

# The files of this folder that are not in the list of sums $1, by their paths: those in folders, hidden ones, and those
# whose names are not plain. Not what is known to be of no use afterwards: scratch, links, hidden names without content
# (marks, as programs leave them), the system's own (.nfs*), Larmor's own, and what was sent and is unchanged.
left_here() {
  {
    cat "$1"
    while read -r sum file; do
      case $file in
        *[!A-Za-z0-9._+,=@\ -]* | .*) [ "$(sha256 "./$file" 2>/dev/null | cut -c1-64)" = "$sum" ] && printf '%s  ./%s\n' "$sum" "$file" ;;
      esac
    done <SHA256SUMS
    echo
    find . -type f ! -name '.nfs*' ! \( -path './.*.part' ! -path './.*/*' \) ! \( -name '.*' -size 0 \) -print 2>/dev/null || echo './ (not all of it could be read)'
  } | awk '
    !listed { if ($0 == "") listed = 1; else known[substr($0, 67)]; next }
    $0 in known || /^\.\/(not-fetched\.txt|(submit|tombstone|fetch\.sha256|run\.lock|report\.[a-z]+)(\..*)?)$/ { next }
    { print substr($0, 3) }' | while IFS= read -r file; do
    is_scratch "$file" || printf '%s\n' "$file"
  done
}

# What was fetched and is not what it was then: whatever the job left running has gone on writing. A time alone proves
# nothing: what was copied back from a node bears that node's clock.
late() {
  find . -type f -newer fetch.sha256 -print 2>/dev/null | awk '
    FILENAME == ARGV[1] { known[substr($0, 67)] = substr($0, 1, 64); next }
    $0 in known { print known[$0] "  " substr($0, 3) }' fetch.sha256 - | while IFS= read -r line; do
    file=${line#*  }
    [ "$(sha256 "./$file" 2>/dev/null | cut -c1-64)" = "${line%%  *}" ] || printf '%s (written after it was fetched)\n' "$file"
  done
}

# Is file $1 of no use once the job is over?
is_scratch() {
  matches "${1##*/}" scratch.txt || { matches "${1##*/}" restart.txt && ! is_wanted_restart "$1"; }
}

# Is file $1 one of the patterns in $2?
matches() {
  [ -f "$2" ] || return 1
  while read -r pattern; do
    # shellcheck disable=SC2254
    case $1 in
      $pattern) return 0 ;;
    esac
  done <"$2"
  return 1
}

# A restart begins with the files of a job that did not end well, as long as they are not big.
is_wanted_restart() {
  grep -qx exit=0 report.ended 2>/dev/null && return 1
  [ "$(wc -c <"$1")" -le "${LARMOR_MOST_RESTART:-67108864}" ]
}

# tail <label> <file> <offset>: a growing file from a byte on, 1 MB at most.
tail_of() {
  is_label "$1" || return 1
  case $2 in
    */* | .*) return 1 ;;
  esac
  [ -f "$LARMOR_WORK/jobs/$1/$2" ] || return 0
  tail -c "+$(($3 + 1))" "$LARMOR_WORK/jobs/$1/$2" | head -c 1048576
}

# newest <label>: prints "file <name>" for the 20 files of its folder that changed last, the last one first.
newest() {
  is_label "$1" && cd "$LARMOR_WORK/jobs/$1/" 2>/dev/null || return 0
  ls -t | while IFS= read -r name; do
    [ -f "./$name" ] && printf 'file\t%s\n' "$name"
  done | head -n 20
}

# --- direct: this machine without a scheduler ----------------------------------------------------------------------
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
  printf '%s %s %s %s %s\n' "$pid" "$start" "$boot" "$2" "$1" >"$ticket" || { kill -9 "$pid"; return 1; }
  make_last "$ticket"
  rm -f "$ticket"
  crash_point direct.ticketed
  printf '%s:%s:%s\n' "$pid" "$start" "$boot"
}

# Gives the ticket $1 the last place in the queue.
make_last() {
  number=0
  for last in "$LARMOR_WORK"/queue/[0-9]*; do number=${last##*/}; done
  case $number in
    *[!0-9]*) number=0 ;; # the queue is empty
  esac
  number=$(echo "$number" | sed 's/^0*//')
  while :; do
    number=$((${number:-0} + 1))
    ln "$1" "$LARMOR_WORK/queue/$(printf '%09d' "$number")" 2>/dev/null && break
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

# keep <id>...: what waits does not begin before it is let go. Prints "held <id>" for each that is held now.
keep() {
  for ticket in "$LARMOR_WORK"/queue/[0-9]*; do
    is_ticket_of "$@" || continue
    turn="$LARMOR_WORK/jobs/$t_label/run.lock.turn"
    printf 'held\n' >"$turn.$$" && ln "$turn.$$" "$turn" 2>/dev/null
    rm -f "$turn.$$"
    is_held "$t_label" && printf 'held\t%s\n' "$t_pid:$t_start:$t_boot"
  done
  return 0
}

# release <id>...: what is held is the last in the queue, and no longer held; in the order that they had. Others may have
# begun in its place: to stand before them would be to begin beside them. Prints "released <id>".
release() {
  done=' '
  for ticket in "$LARMOR_WORK"/queue/[0-9]*; do
    is_ticket_of "$@" && is_held "$t_label" || continue
    id="$t_pid:$t_start:$t_boot"
    case $done in
      *" $id "*) ;; # an earlier call died between the two
      *) make_last "$ticket" ;;
    esac
    rm -f "$ticket"
    done="$done$id "
  done
  for ticket in "$LARMOR_WORK"/queue/[0-9]*; do
    is_ticket_of "$@" || continue
    is_held "$t_label" && rm -f "$LARMOR_WORK/jobs/$t_label/run.lock.turn"
    is_held "$t_label" || printf 'released\t%s\n' "$t_pid:$t_start:$t_boot"
  done
  return 0
}

# withdraw [<label> <id>]...: what waits never begins, and nothing of it stays alive. Prints "withdrawn <label>".
withdraw() {
  while [ $# -ge 2 ]; do
    # One that an older agent started knows nothing of turns.
    if is_label "$1" && is_id "$2" && [ ! -e "$LARMOR_WORK/jobs/$1/run.lock" ] && take_back "$1"; then
      # Of a dead one there is nothing to be found among all processes.
      is_own "$2" && [ -n "$start" ] && signal_session KILL "$pid" "$2"
      printf 'withdrawn\t%s\n' "$1"
    fi
    shift 2
  done
  return 0
}

# Whether job $1 can never begin from here on, held or not: unless it has taken its place. Sets $turn.
take_back() {
  file="$LARMOR_WORK/jobs/$1/run.lock.turn"
  if printf 'withdrawn\n' 2>/dev/null >"$file.back.$$"; then
    ln "$file.back.$$" "$file" 2>/dev/null || { is_held "$1" && mv -f "$file.back.$$" "$file"; }
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

boot_id
verb=${1:-}
[ $# -gt 0 ] && shift
case $verb in
  probe | stage | submit | cancel | look | follow | adopt | clean | seen | pack | sums | rest | newest | enqueue | hold | keep | release | withdraw | queue | end) "$verb" "$@" ;;
  tail) tail_of "$@" ;;
  *) echo "unknown verb: $verb" >&2; exit 64 ;;
esac
