# --- stage: the files of jobs come in

# stage [<name>]: a tar stream of <label>/... comes in, or stands already in incoming/<name> (by SFTP).
# Prints "staged <label>", or "bad <label>" when a checksum is wrong, or "conflict <label>" when another attempt's
# files stand there.
stage() {
  in="$LARMOR_WORK/incoming/${1:-$$}"
  [ $# -gt 0 ] || rm -rf "$in"
  mkdir -p "$in" "$LARMOR_WORK/jobs" "$LARMOR_WORK/spool" "$LARMOR_WORK/queue" || return 1
  # Not by -C, in which GNU's tar reads backslashes.
  [ $# -gt 0 ] || (cd "$in" && exec tar -xf -) || { rm -rf "$in"; return 1; }
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
