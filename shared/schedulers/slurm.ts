import type { Label, QueueId } from '../ids.ts'
import type { EndCause } from '../model/job.ts'
import { fail, ok } from '../result.ts'
import { sh } from '../sh.ts'
import type { QueueEntry, QueueStatus, Scheduler } from './scheduler.ts'

/**
 * squeue's compact states. Source: https://slurm.schedmd.com/squeue.html#SECTION_JOB-STATE-CODES.
 * A state that is not here is `unclear`: shown as it is, and nothing follows from it.
 */
const STATUS: Readonly<Record<string, QueueStatus>> = {
  PD: 'queued',
  CF: 'queued',
  RQ: 'queued',
  R: 'running',
  CG: 'running',
  SO: 'running',
  S: 'held',
  ST: 'held',
  RH: 'held',
  RD: 'held',
  SE: 'held',
  CD: 'gone',
  CA: 'gone',
  F: 'gone',
  TO: 'gone',
  NF: 'gone',
  OOM: 'gone',
  PR: 'gone',
  BF: 'gone',
  DL: 'gone',
}

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
    // Warns the script before the limit. It may come a minute early: a short job would be ended by it at once.
    ...(resources.seconds < SHORT_S ? [] : ['#SBATCH --signal=B:USR1@60']),
    ...(settings.partition === null ? [] : [`#SBATCH --partition=${oneWord(settings.partition)}`]),
  ],
  ownId: '"$SLURM_JOB_ID"',
  keepsTime: true,
  requeues: true,
  absenceProves: false,
  submit: {
    line: () => sh`exec sbatch --parsable job.sh`,
    read: ({ exit, out, err }) => {
      if (exit !== 0) return fail({ code: 'not-now', message: 'Slurm refused the job.', detail: err || out })
      // --parsable prints `id` or `id;cluster`, sites' wrappers of sbatch the usual sentence, and banners around it.
      const ids = [...out.matchAll(/^(?:(?:sbatch: )?Submitted batch job )?(\d+)(?:;\S+)?[ \t\r]*$/gim)].map(
        ([, id]) => id,
      )
      if (ids[0] && new Set(ids).size === 1) return ok(ids[0] as QueueId)
      return fail({
        code: 'not-now',
        message: 'Slurm took the job, but its answer does not name it.',
        detail: err || out,
      })
    },
  },
  list: {
    // %j is the job's name, which is the label; of all the user's jobs, so that one question serves whatever their number.
    line: () => sh`squeue --noheader --me --states=all --format=${'%i|%t|%j|%r'}`,
    read: ({ exit, out, err }) => {
      if (exit !== 0) return fail({ code: 'not-now', message: 'Slurm did not answer.', detail: err })
      return ok(
        out.split('\n').flatMap((line): QueueEntry[] => {
          const [id, code, label, reason] = line.split('|')
          if (!id || !code || !label) return []
          const text = reason && reason !== 'None' ? `${code} (${reason})` : code
          return [{ label: label as Label, queue_id: id.trim() as QueueId, status: statusOf(code), text }]
        }),
      )
    },
  },
  log: { file: 'slurm.out', cause: causeIn },
  cancel: {
    line: ({ ids }) => sh`scancel ${ids}`,
    // scancel's 0 says that it was asked for, not that anything ended.
    read: ({ exit, err }) =>
      exit === 0 ? ok([]) : fail({ code: 'not-now', message: 'Slurm would not cancel.', detail: err }),
  },
}

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

function statusOf(code: string): QueueStatus {
  return (Object.hasOwn(STATUS, code) ? STATUS[code] : undefined) ?? 'unclear'
}

/** Below this many seconds a warning would take too much of the time. */
const SHORT_S = 600

/** A name as it may stand in a directive: what a person typed cannot begin another line. */
function oneWord(name: string): string {
  return name.replaceAll(/[^\w.,:@+-]/g, '')
}
