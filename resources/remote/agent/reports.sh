# --- reports: what jobs say of themselves, and the spool that tells where to look

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

# seen <name>...: these names in the spool were looked at, and what they said is kept.
seen() {
  for name in "$@"; do
    case $name in
      */* | .*) ;;
      *) rm -f "$LARMOR_WORK/spool/$name" ;;
    esac
  done
}
