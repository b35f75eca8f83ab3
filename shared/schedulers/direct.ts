import type { Label, QueueId } from '../ids.ts'
import type { Waiting } from '../model/job.ts'
import { fail, ok } from '../result.ts'
import { sh } from '../sh.ts'
import type { QueueEntry, Scheduler } from './scheduler.ts'

/** pid:start:boot, as resources/remote/agent/direct.sh prints it. */
const ID = /^\d+:[^:\s]+:[^:\s]*$/

/** What it says of itself from when its run is paused until it is let go. */
export const HELD: Waiting = {
  is: 'held',
  text: 'held by a pause of its run: it is let go once that is resumed (larmor resume) and there is a place',
}

/** What the agent says of a job of which nothing is alive, and which left no report. */
const ENDS = {
  rebooted: 'the computer was restarted while it ran, so that nothing of it is alive',
  unbegun: 'it never began: it was taken out of the queue, or the computer was restarted while it waited',
  killed: 'its script was killed, and no process of it is alive',
} as const

/**
 * No queueing system: submitted scripts are alive at once and wait on the machine itself for a place, in order, so
 * that job 5 of 200 starts while nobody looks. The verbs are those of resources/remote/agent.
 */
export const direct: Scheduler = {
  id: 'direct',
  label: 'no scheduler',
  header: () => [],
  ownId: () => '"$LARMOR_QUEUE_ID"', // set by the waiting script, which becomes the job
  warnAfter: ({ seconds }) => seconds,
  requeues: false,
  absenceProves: true,
  submit: {
    line: ({ label, resources, settings }) =>
      settings.cores === null
        ? sh`exec sh "$LARMOR_AGENT" enqueue ${label} ${resources.ranks} "$(getconf _NPROCESSORS_ONLN)"`
        : sh`exec sh "$LARMOR_AGENT" enqueue ${label} ${resources.ranks} ${settings.cores}`,
    read: ({ exit, out, err }) => {
      const id = out.trim()
      if (exit === 0 && ID.test(id)) return ok(id as QueueId)
      return fail({ code: 'not-now', message: 'The job could not be started on this machine.', detail: err || out })
    },
  },
  list: {
    line: () => sh`sh "$LARMOR_AGENT" queue`,
    read: ({ exit, out, err }) => {
      if (exit !== 0) return fail({ code: 'not-now', message: 'The waiting jobs could not be listed.', detail: err })
      return ok({
        clusters: null,
        entries: out.split('\n').flatMap((line): QueueEntry[] => {
          const [label, word, id] = line.split('\t')
          if (!label || !word || !id || !ID.test(id)) return []
          const of = { label: label as Label, queue_id: id as QueueId, partition: null, waiting: null }
          const text = Object.hasOwn(ENDS, word) ? ENDS[word as keyof typeof ENDS] : undefined
          if (word === 'held') return [{ ...of, status: 'held', text: word, waiting: HELD, end: null }]
          if (text === undefined) {
            return [{ ...of, status: word === 'queued' ? 'queued' : 'running', text: word, end: null }]
          }
          // Another boot proves that nothing of it is alive: no report can come any more.
          const unbegun = word === 'unbegun'
          const rebooted = word === 'rebooted' || unbegun
          const end = {
            exit: null,
            signal: null,
            cause: rebooted ? ('node-lost' as const) : null,
            text,
            final: rebooted,
          }
          return [{ ...of, status: 'gone', text: word, end, ...(unbegun ? { unbegun } : {}) }]
        }),
      })
    },
  },
  cancel: {
    line: ({ ids }) => sh`sh "$LARMOR_AGENT" end ${ids}`,
    read: ({ exit, out, err }) =>
      exit === 0
        ? ok(namedAfter<QueueId>(['dead'], out))
        : fail({ code: 'not-now', message: 'The jobs could not be ended.', detail: err }),
  },
  hold: {
    line: ({ ids, held }) => sh`sh "$LARMOR_AGENT" ${held ? 'keep' : 'release'} ${ids}`,
    read: ({ exit, out, err }) =>
      exit === 0
        ? ok(namedAfter<QueueId>(['held', 'released'], out))
        : fail({ code: 'not-now', message: 'The waiting jobs could not be held.', detail: err }),
  },
  withdraw: {
    line: ({ jobs }) => sh`sh "$LARMOR_AGENT" withdraw ${jobs.flatMap(({ label, queue_id }) => [label, queue_id])}`,
    read: ({ exit, out, err }) =>
      exit === 0
        ? ok(namedAfter<Label>(['withdrawn'], out))
        : fail({ code: 'not-now', message: 'The waiting jobs could not be taken back.', detail: err }),
  },
}

/** What follows one of these words, which begin a line. */
function namedAfter<Name extends Label | QueueId>(words: readonly string[], out: string): readonly Name[] {
  return out.split('\n').flatMap(line => {
    const [word = '', name] = line.split('\t')
    return words.includes(word) && name ? [name as Name] : []
  })
}
