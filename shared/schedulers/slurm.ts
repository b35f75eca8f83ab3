import type { QueueId } from '../ids.ts'
import type { EndCause } from '../model/job.ts'
import { fail, ok } from '../result.ts'
import { type ShLine, sh, shScript } from '../sh.ts'
import type { Scheduler } from './scheduler.ts'
import { OWN_CLUSTER, queueLine, readQueue } from './slurm-queue.ts'
import { readSurvey, surveyLine } from './slurm-survey.ts'

export const slurm: Scheduler = {
  id: 'slurm',
  label: 'Slurm',
  header: ({ label, resources, settings }) => [
    `#SBATCH --job-name=${label}`,
    '#SBATCH --nodes=1', // memory is that of a node
    `#SBATCH --ntasks=${resources.ranks}`,
    `#SBATCH --mem=${resources.memory_mb}M`,
    `#SBATCH --time=${Math.ceil(resources.seconds / 60)}`, // whole minutes
    '#SBATCH --output=slurm.out',
    // Warns the script before the limit. It may come a minute early, so that a short job keeps the time itself.
    ...(resources.seconds < SHORT_S ? [] : ['#SBATCH --signal=B:USR1@60']),
    ...directive('partition', settings.partition),
    ...directive('account', settings.account),
    ...directive('qos', settings.qos),
    ...directive('constraint', settings.constraint),
    ...directive('gres', settings.gres),
  ],
  // Two clusters may give the same number.
  ownId: ({ clusters }) => (clusters === null ? '"$SLURM_JOB_ID"' : '"$SLURM_JOB_ID;$SLURM_CLUSTER_NAME"'),
  // Where Slurm's warning would come too early, the script warns itself, precisely, a tenth of its time before.
  warnAfter: ({ seconds }) => (seconds < SHORT_S ? seconds - Math.max(5, Math.ceil(seconds / 10)) : null),
  requeues: true,
  absenceProves: false,
  submit: {
    line: ({ settings: { clusters } }) => sh`exec sbatch ${['--parsable', ...onCluster(clusters), 'job.sh']}`,
    read: ({ exit, out, err }, { clusters }) => {
      if (exit !== 0)
        return fail({
          code: 'not-now',
          message: 'Slurm refused the job.',
          detail: err || out,
          hint: remedyOf(err || out),
        })
      // --parsable prints `id` or `id;cluster`, sites' wrappers of sbatch the usual sentence, and banners around it.
      const ids = [
        ...out.matchAll(/^(?:(?:sbatch: )?Submitted batch job )?(\d+)(?:;(\S+)| on cluster (\S+))?[ \t\r]*$/gim),
      ]
      const [found] = ids
      if (found?.[1] && new Set(ids.map(([, id]) => id)).size === 1) {
        const cluster = clusters === null ? undefined : (found[2] ?? found[3])
        return ok((cluster === undefined ? found[1] : `${found[1]};${cluster}`) as QueueId)
      }
      return fail({
        code: 'not-now',
        message: /error/i.test(err)
          ? 'Slurm told of an error, and may have taken the job all the same.'
          : 'Slurm took the job, but its answer does not name it.',
        detail: err || out,
        hint: 'It is looked for by its name, and never sent a second time by itself.',
      })
    },
  },
  list: {
    line: ({ settings, ids }) => queueLine(settings.clusters === null ? null : plain(settings.clusters), ids),
    read: readQueue,
  },
  log: { file: 'slurm.out', cause: causeIn },
  outputOf: id => `slurm-${id.split(';')[0]}.out`, // sbatch(1), --output
  cancel: {
    line: ({ ids }) =>
      shScript([
        ...byCluster(ids).map(([cluster, of]) =>
          cluster === ''
            ? sh`scancel ${of} || failed=$?`
            : // Without the accounts -M is refused, also for the login node's own cluster.
              sh`scancel ${[...onCluster(cluster), ...of]} || { [ "$(${OWN})" = ${cluster} ] && scancel ${of}; } || failed=$?`,
        ),
        sh`exit "\${failed:-0}"`,
      ]),
    // scancel's 0 says that it was asked for, not that anything ended; nor does it say no of what has ended meanwhile.
    read: ({ exit, err }) =>
      exit === 0 ||
      err
        .trim()
        .split('\n')
        .every(line => OVER.test(line))
        ? ok([])
        : fail({ code: 'not-now', message: 'Slurm would not cancel.', detail: err }),
  },
  survey: { line: ({ settings }) => surveyLine(settings), read: readSurvey },
}

/** Of a job that is over. Source: src/common/slurm_errno.c (ESLURM_INVALID_JOB_ID, ESLURM_ALREADY_DONE). */
const OVER = /: (Invalid job id specified|Job\/step already completing or completed)$/

/**
 * slurmstepd's words about a job that it ends. Source: src/slurmd/slurmstepd/req.c (_handle_notify_job,
 * _handle_signal_container) and src/plugins/jobacct_gather, task/cgroup of Slurm 20.11 to 24.05; seen on 22.05:
 * "slurmstepd: error: *** JOB 7 ON node CANCELLED AT 2026-01-02T03:04:05 DUE TO TIME LIMIT ***".
 */
function causeIn(line: string): EndCause | null {
  if (!/^(slurmstepd|srun|slurmd)(-\S+)?: /.test(line)) return null
  if (/exceeded (job|step )?\s*memory limit|oom[-_ ]kill|out of memory/i.test(line)) return 'out-of-memory'
  if (/DUE TO TIME LIMIT/.test(line)) return 'time-limit'
  if (/DUE TO NODE FAILURE/.test(line)) return 'node-lost'
  if (/DUE TO PREEMPTION/.test(line)) return 'preempted'
  return /\*\*\* (JOB|STEP) \S+ ON \S+ CANCELLED AT [^*]*\d \*\*\*/.test(line) ? 'cancelled' : null
}

/** What to do about a refusal, by sbatch's own words. Source: src/common/slurm_errno.c of Slurm 20.11 to 24.05. */
const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [
    /invalid partition/i,
    'larmor machines test NAME lists the partitions, larmor machines set NAME --partition P chooses one.',
  ],
  [/invalid account/i, 'larmor machines set NAME --account A names one that may be used in the partition.'],
  [/invalid qos/i, 'larmor machines set NAME --qos Q names one that may be used.'],
  [
    /time limit/i,
    'Ask for less time, or larmor machines set NAME --partition P chooses a partition that allows as much.',
  ],
  [
    /node configuration|memory specification|more processors|node count/i,
    'Ask for fewer cores or less memory, or for another partition.',
  ],
  [/limit/i, 'Fewer jobs at once (larmor machines set NAME --max-jobs N) keep within the limits of the account.'],
  [/timed out|contact|database|connection/i, 'Slurm itself did not answer.'],
]

function remedyOf(words: string): string {
  const known = REMEDIES.find(([pattern]) => pattern.test(words))?.[1]
  return known === undefined
    ? 'larmor resubmit sends the job again.'
    : `${known} Then larmor resubmit sends the job again.`
}

const OWN: ShLine = { sh: OWN_CLUSTER }

/** Below this many seconds Slurm's own warning, which may come two minutes before the end, would take too much of the time. */
const SHORT_S = 600

function directive(name: string, value: string | null): readonly string[] {
  return value === null || value === '' ? [] : [`#SBATCH --${name}=${plain(value)}`]
}

function onCluster(name: string | null): readonly string[] {
  return name === null || name === '' ? [] : ['-M', plain(name)]
}

/** Ids as `number` or `number;cluster`, by cluster. */
function byCluster(ids: readonly QueueId[]): readonly (readonly [cluster: string, ids: readonly string[]])[] {
  const groups = new Map<string, string[]>()
  for (const id of ids) {
    const [number = '', cluster = ''] = id.split(';')
    groups.set(cluster, [...(groups.get(cluster) ?? []), number])
  }
  return [...groups]
}

/** What a person typed, as it may stand in a directive: it cannot begin another line, nor another word. */
function plain(text: string): string {
  return text.replaceAll(/[^\w.,:@+\-=&|*()[\]/!]/g, '')
}
