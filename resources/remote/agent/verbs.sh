# --- verbs: what may be asked, and the end of the script

boot_id
verb=${1:-}
[ $# -gt 0 ] && shift
case $verb in
  probe | stage | submit | cancel | look | follow | adopt | clean | seen | pack | sums | rest | newest | enqueue | hold | keep | release | withdraw | queue | end) "$verb" "$@" ;;
  tail) tail_of "$@" ;;
  *) echo "unknown verb: $verb" >&2; exit 64 ;;
esac
