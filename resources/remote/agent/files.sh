# --- files: what came out, and what stays on the machine

# pack <label>...: a tar stream of <label>/<file>.
# Regular files at the top of the folder, without the names in its scratch.txt, and those of restart.txt only where
# somebody may want to begin with them; first of each job fetch.sha256, by which the other end knows that all of it
# arrived; not-fetched.txt names what else there is. What is there already is left out: lines "<sum>  <label>/<file>" on standard input.
# Fails where a full disk lets it not write down what there is: what is missing would be taken for gone.
pack() {
  cd "$LARMOR_WORK/jobs" || return 1
  list=$LARMOR_WORK/incoming/pack.$$
  if list_files "$@"; then
    LC_ALL=C tar -cf - -T "$list" 2>"$list.err"
    code=$?
    cat "$list.err" >&2
    # That a file changed meanwhile (1), or has gone away (2), its sum tells as well.
    [ "$code" -eq 1 ] && code=0
    [ "$code" -eq 2 ] && grep -q 'No such file' "$list.err" && code=0
  else
    code=1
  fi
  rm -f "$list" "$list.there" "$list.err"
  return "$code"
}

# Makes $list of what is to be sent of these labels.
list_files() {
  true >"$list" && true >"$list.err" && cat >"$list.there" || return
  for name in "$@"; do
    is_label "$name" && [ -d "$name" ] || continue
    make_sums "$name" || return
    {
      printf '%s\n' "$name/fetch.sha256" && awk -v dir="$name/" 'FILENAME == ARGV[1] { there[$0]; next }
        { file = dir substr($0, 69) }
        !((substr($0, 1, 64) "  " file) in there) { print file }' "$list.there" "$name/fetch.sha256"
    } >>"$list" || return
  done
}

# sums <label>...: what pack would send, for who reads the files by SFTP: "sums <label>", and the lines of fetch.sha256.
sums() {
  cd "$LARMOR_WORK/jobs" || return 1
  for name in "$@"; do
    is_label "$name" && [ -d "$name" ] || continue
    make_sums "$name" || return
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

# Makes fetch.sha256 in folder $1, and not-fetched.txt where something stays behind. Fails where it cannot write: that a file
# cannot be read is no failure, hence the pipes.
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
    if [ $# -gt 0 ]; then sha256 "$@"; fi | cat >fetch.sha256.part || exit
    # The folder of an adopted job is never removed, and whatever its owner keeps in it is theirs.
    if [ -z "$linked" ]; then
      left_here fetch.sha256.part | cat >not-fetched.txt || exit
      if [ ! -s not-fetched.txt ]; then rm -f not-fetched.txt; else sha256 ./not-fetched.txt >>fetch.sha256.part || exit; fi
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

# adopt <label> <dir>: the label's folder is this one from now on. Prints "adopted <label>" where it is there. Fails where it
# cannot be linked, on a full disk: that it is not there would be taken for gone.
adopt() {
  is_label "$1" && [ -d "$2" ] || return 0
  mkdir -p "$LARMOR_WORK/jobs" && { [ -e "$LARMOR_WORK/jobs/$1" ] || ln -s "$2" "$LARMOR_WORK/jobs/$1"; } || return
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
