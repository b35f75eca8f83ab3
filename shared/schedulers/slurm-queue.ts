import type { Label, QueueId } from '../ids.ts'
import type { EndRecord } from '../model/job.ts'
import { fail, ok, type Result } from '../result.ts'
import { type ShLine, sh } from '../sh.ts'
import type { Printed, QueueAnswer, QueueEntry } from './scheduler.ts'
import { OVER, stateOfCode, stateOfWord, waitingOf } from './slurm-states.ts'

/** The name comes last: it may hold anything. The header line is the proof that squeue has answered. */
const FORMAT = '%i|%t|%r|%P|%j'
const HEADER = /^JOBID\|ST\|REASON\|PARTITION\|NAME\s*$/

/** Prints the name of the cluster that commands speak to without -M, as its controller tells it. */
export const OWN_CLUSTER = `scontrol show config | awk '$1 == "ClusterName" { print tolower($3) }'`

/**
 * One question for all jobs of the user: the queue; then, of the wanted ids, how those ended that it still knows
 * (scontrol), and what accounting says of those that it does not (sacct, where the site has one). $1: the clusters,
 * whose names are repeated before the answer: of one whose controller is down squeue says nothing at all, and exits with 0.
 * Where clusters are is in the accounts. Without these -M is refused, and the login node's own cluster can still be asked.
 * After an outage of the accounts the controller hands over what it kept, which may take minutes: how many records it still
 * has is told before sacct is asked, so that none comes in between. Source: sdiag(1), "DBD Agent queue size".
 */
const ASK = `clusters=$1
shift
ask() { squeue "$@" --me --states=all --format='${FORMAT}'; }
behind() { sdiag "$@" 2>/dev/null | awk '/^DBD Agent queue size:/ && $NF > 0 { print "== behind " $NF }'; }
if [ "$clusters" = all ]; then
  clusters=$(sacctmgr -n -P show cluster format=cluster | paste -s -d , -)
  [ -n "$clusters" ] || clusters=$(${OWN_CLUSTER})
fi
[ -z "$clusters" ] || printf '== asked %s\\n' "$clusters"
queue=$(ask \${clusters:+-M "$clusters"}) || code=$?
case \${code:-0}:$clusters:$queue in
  0:* | *::* | *:*:*CLUSTER:*) ;;
  *)
    own=$(${OWN_CLUSTER})
    case ,$clusters, in
      *",\${own:-none},"*)
        if queue=$(ask); then
          echo '== no accounts'
          echo "CLUSTER: $own"
          code=
        fi ;;
    esac ;;
esac
printf '%s\\n' "$queue"
[ $# -gt 0 ] || exit "\${code:-0}"
[ -z "\${code:-}" ] || [ -n "$clusters" ] || exit "$code"
set -- $(printf '%s\\n' "\${own:+CLUSTER: $own
}$queue" | awk -F'|' -v wanted="$*" -v over='${OVER.join(' ')}' '
  BEGIN { n = split(over, codes, " "); for (i = 1; i <= n; i++) isOver[codes[i]] = 1 }
  /^CLUSTER: / { cluster = ";" substr($0, 10); next }
  { state[$1 cluster] = $2 }
  END {
    n = split(wanted, ids, " ")
    for (i = 1; i <= n; i++) {
      if (!(ids[i] in state)) { sub(/;.*/, "", ids[i]); missing = missing "," ids[i] }
      else if (isOver[state[ids[i]]] && ++shown <= 200) print ids[i]
    }
    print "missing" missing
  }')
for id do
  case $id in
    missing) ;;
    missing,*)
      for of in $(echo "$clusters" | tr , ' '); do behind -M "$of"; done
      [ -n "$clusters" ] || behind
      echo '== sacct'
      sacct \${clusters:+-M "$clusters"} -X -n -P -j "\${id#missing,}" --format=JobID,Cluster,State,ExitCode,JobName 2>&1 ;;
    *";\${own:-none}") echo "== scontrol $own"; scontrol -o show job "\${id%%;*}" 2>/dev/null ;;
    *';'*) echo "== scontrol \${id#*;}"; scontrol -M "\${id#*;}" -o show job "\${id%%;*}" 2>/dev/null ;;
    *) echo '== scontrol'; scontrol -o show job "$id" 2>/dev/null ;;
  esac
done
exit "\${code:-0}"`

/** The clusters that the machine names, and those of the ids: what was submitted to one stays there. */
export function queueLine(clusters: string | null, ids: readonly QueueId[]): ShLine {
  const of = ids.flatMap(id => id.split(';').slice(1))
  const named = clusters === 'all' ? [clusters] : [...new Set([...(clusters?.split(',') ?? []), ...of])]
  return sh`sh -c ${ASK} sh ${named.join(',')} ${ids}`
}

/**
 * The jobs that Slurm told of. No answer is a fault, whatever the exit status was: a squeue whose controller did not
 * answer may exit with 0, and a queue that was not read is not an empty one.
 */
export function readQueue({ exit, out, err }: Printed): Result<QueueAnswer> {
  const lines = out.split('\n')
  const start = lines.findIndex(line => HEADER.test(line))
  const asked = /^== asked (\S+)\s*$/m.exec(out)?.[1]?.toLowerCase().split(',') ?? []
  // With -M squeue names the cluster before each part of its answer, and ids are those of a cluster. Without the header
  // line after its name it did not answer, by which the fault is explained: the others told all that they know.
  const byCluster = lines.some(line => clusterLine(line) !== null)
  const answered = lines.flatMap((line, i) => (HEADER.test(line) ? (clusterLine(lines[i - 1] ?? '') ?? []) : []))
  // Of an answer without the accounts, what squeue said of these explains the fault.
  const isWithout = lines.includes('== no accounts')
  const isExplained = exit !== null && byCluster && (isWithout || asked.some(name => !answered.includes(name)))
  const isFault = exit !== 0 || /slurm_load_jobs error|squeue: error|Socket timed out|Unable to contact/i.test(err)
  if ((isFault && !isExplained) || start < 0)
    return fail({ code: 'not-now', message: 'Slurm did not answer.', detail: err || out })

  const entries = new Map<QueueId, QueueEntry>()
  let accounts: QueueAnswer['accounts'] = isWithout ? 'silent' : undefined
  let part = 'squeue'
  let cluster = clusterLine(lines[start - 1] ?? '') ?? ''
  for (const line of lines.slice(start + 1)) {
    const [, tool, of] = /^== (scontrol|sacct)(?: (\S+))?\s*$/.exec(line) ?? []
    const named = clusterLine(line)
    if (tool !== undefined) {
      part = tool
      cluster = of ?? ''
    } else if (/^== behind \d+\s*$/.test(line)) accounts ??= 'behind'
    else if (named !== null) cluster = named
    else if (part === 'squeue') keep(readLine(line, cluster))
    else if (part === 'scontrol') keepEnd(readControl(line, cluster))
    else if (/^sacct: error: .*(database|slurmdbd|persist)/i.test(line)) accounts = 'silent'
    else keep(readAccounting(line, byCluster))
  }
  return ok({
    entries: [...entries.values()],
    clusters: byCluster ? { asked, answered } : null,
    ...(accounts && { accounts }),
  })

  function keep(entry: QueueEntry | null): void {
    if (entry && !entries.has(entry.queue_id)) entries.set(entry.queue_id, entry)
  }
  /** What scontrol adds to a job that squeue has told to be over; between the two it may have been requeued. */
  function keepEnd(entry: QueueEntry | null): void {
    if (entry && entries.get(entry.queue_id)?.label === entry.label) entries.set(entry.queue_id, entry)
  }
}

function clusterLine(line: string): string | null {
  return /^CLUSTER: (\S+)\s*$/.exec(line)?.[1] ?? null
}

function idOf(id: string, cluster: string): QueueId {
  return (cluster === '' ? id : `${id};${cluster}`) as QueueId
}

function readLine(line: string, cluster: string): QueueEntry | null {
  const [, id, code, reason, partition, label] =
    /^(\d+(?:_\S+?|\+\d+)?)\|(\w+)\|([^|]*)\|([^|]*)\|(.+)$/.exec(line) ?? []
  if (!id || !code || !label) return null
  const { status, word, cause } = stateOfCode(code)
  const told = reason === undefined || reason === 'None' ? '' : reason
  return {
    queue_id: idOf(id, cluster),
    label: label.trimEnd() as Label,
    status,
    text: `${code}${told === '' ? '' : ` (${told})`}`,
    partition: partition || null,
    waiting: waitingOf(code, reason ?? 'None'),
    // COMPLETED says that the exit status was 0; of all others scontrol may tell.
    end:
      status === 'gone'
        ? { exit: code === 'CD' ? 0 : null, signal: null, cause: cause ?? null, text: say(word, null, told) }
        : null,
  }
}

/** `scontrol -o show job`: key=value, of which the name may hold anything. */
function readControl(line: string, cluster: string): QueueEntry | null {
  const [, id, label, rest = ''] = /^JobId=(\d+) (?:Array\S+ )*JobName=(.*) UserId=(.*)$/.exec(line) ?? []
  const [, words = '', reason = ''] = / JobState=(\S+) Reason=(\S+)/.exec(rest) ?? []
  const exitCode = / ExitCode=(\d+:\d+)/.exec(rest)?.[1] ?? null
  if (!id || !label) return null
  return over(idOf(id, cluster), label, words, exitCode, reason === 'None' ? '' : reason)
}

/** `sacct -X -P --format=JobID,Cluster,State,ExitCode,JobName`. A job that it takes to be alive it may merely have missed. */
function readAccounting(line: string, byCluster: boolean): QueueEntry | null {
  const [, id, cluster, words, exitCode, label] = /^(\d+)\|([^|]*)\|([^|]+)\|(\d+:\d+)?\|(.+)$/.exec(line) ?? []
  if (!id || !words || !label) return null
  return over(idOf(id, byCluster ? (cluster ?? '') : ''), label, words, exitCode ?? null, '')
}

function over(id: QueueId, label: string, words: string, exitCode: string | null, reason: string): QueueEntry | null {
  const { status, word, cause } = stateOfWord(words)
  if (status !== 'gone') return null
  const [exit = null, signal = null] = exitCode?.split(':').map(Number) ?? []
  const end: EndRecord = {
    exit,
    signal: signal === null || signal === 0 ? null : (SIGNALS[signal] ?? null),
    cause: cause ?? null,
    text: say(word, exitCode, reason),
  }
  return { queue_id: id, label: label as Label, status, text: word, partition: null, waiting: null, end }
}

function say(word: string, exitCode: string | null, reason: string): string {
  return `Slurm: ${word}${exitCode === null ? '' : `, exit ${exitCode}`}${reason === '' ? '' : `, reason ${reason}`}`
}

/** Linux's numbers on x86 and ARM; 125 is Slurm's own word for too much memory, and no signal. */
const SIGNALS: Readonly<Record<number, string>> = {
  1: 'HUP',
  2: 'INT',
  3: 'QUIT',
  4: 'ILL',
  6: 'ABRT',
  7: 'BUS',
  8: 'FPE',
  9: 'KILL',
  10: 'USR1',
  11: 'SEGV',
  12: 'USR2',
  13: 'PIPE',
  14: 'ALRM',
  15: 'TERM',
  24: 'XCPU',
}
