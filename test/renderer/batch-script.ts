import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { type Json, jobId, label, type MachineName, type RunId } from '../../shared/ids.ts'
import type { AttemptRef, EventBody } from '../../shared/model/events.ts'
import { type FetchedFile, type JobSpec, lastAttempt } from '../../shared/model/job.ts'
import { get } from '../../shared/model/table.ts'
import { verdict } from '../../shared/model/verdict.ts'
import { programOf } from '../../shared/programs/index.ts'
import { unread } from '../../shared/programs/program.ts'
import type { ScriptedEngine } from '../serve/scripted-engine.ts'

/** A run of jobs that have nothing to do with each other, each moved on when a test says so. */
export interface BatchScript {
  readonly run: RunId
  readonly keys: readonly string[]
  start(): void
  /** Several at once are one event, as an engine would have it. */
  stages(...keys: readonly string[]): void
  queues(...keys: readonly string[]): void
  /** In the queue, and can never start. */
  isStuck(key: string, text: string): void
  runs(...keys: readonly string[]): void
  /** Ends with the output of a real run (a name in test/fixtures/nwchem): read by the reader, judged by the verdict. */
  ends(key: string, fixture: string, how?: { readonly exit?: number | null; readonly signal?: string | null }): void
  /** Completed, all at once, without an output to read. */
  completes(...keys: readonly string[]): void
  loses(key: string, reason: string): void
  happen(...bodies: readonly EventBody[]): void
}

interface Batch {
  readonly id: string
  readonly name: string
  readonly machine?: string
  readonly program?: string
  readonly keys: readonly string[]
  /** Of each of its jobs, instead of a deck. */
  readonly input?: Json
  /** The deck of each of its jobs. */
  readonly deck?: string
  /** What the time of each goes with; a forecast needs it. */
  readonly work?: JobSpec['work']
}

const RESOURCES = { ranks: 16, memory_mb: 56_000, seconds: 86_400 }

export function batchScript(engine: ScriptedEngine, batch: Batch): BatchScript {
  const run = batch.id as RunId
  const machine = (batch.machine ?? 'local') as MachineName
  const program = batch.program ?? 'nwchem'
  const deck = {
    kind: 'deck',
    main: 'job.nw',
    files: [{ name: 'job.nw', ...engine.keep(batch.deck ?? 'title "x"\ntask dft optimize\n') }],
  }
  const specs: readonly JobSpec[] = batch.keys.map(key => ({
    key,
    machine,
    program,
    input: batch.input ?? ((program === 'command' ? { command: 'true' } : deck) as unknown as Json),
    resources: RESOURCES,
    ...(batch.work ? { work: { ...batch.work, molecule: key } } : {}),
  }))
  const { happen } = engine
  const now = () => new Date(engine.now()).toISOString()
  const process = { host: 'n1', pid: 4242, pgid: 4242, boot_id: 'b0' }
  let queue = 4_418_200

  function ref(key: string): AttemptRef {
    const job = get(engine.state().jobs, jobId(run, key))
    if (!job) throw new Error(`the run has no job ${key}`)
    const { n } = lastAttempt(job)
    return { job: job.id, attempt: n, label: label(job.id, n) }
  }
  const refs = (keys: readonly string[]) => keys.map(ref)
  function stages(...keys: readonly string[]): void {
    happen({ type: 'jobs.staged', run, jobs: refs(keys).map(at => ({ ...at, dir: `/work/${at.label}` as never })) })
    happen(...refs(keys).map((at): EventBody => ({ type: 'submit.intended', run, ...at })))
  }
  function queues(...keys: readonly string[]): void {
    stages(...keys)
    const jobs = refs(keys).map(at => {
      queue += 1
      return { ...at, queue_id: String(queue) as never }
    })
    happen({ type: 'jobs.submitted', run, jobs })
  }
  function ended(keys: readonly string[], exit: number | null, signal: string | null): void {
    const jobs = refs(keys).map(at => {
      const job = get(engine.state().jobs, at.job)
      const phase = job && lastAttempt(job).phase
      const started = phase?.is === 'running' ? phase.started : null
      return { ...at, started, ended: now(), exit, signal, evidence: [], ...process }
    })
    happen({ type: 'jobs.ended', run, jobs })
  }

  return {
    run,
    keys: batch.keys,
    happen,
    stages,
    queues,
    isStuck(key, text) {
      happen({ type: 'jobs.waiting', run, jobs: [{ ...ref(key), waiting: { is: 'never', text } }] })
    },
    start() {
      happen({
        type: 'run.started',
        run,
        name: batch.name,
        workflow: 'single',
        workflow_version: 1,
        params: { jobs: specs } as unknown as Json,
        machine,
      })
      const jobs = specs.map(spec => ({
        ...spec,
        job: jobId(run, spec.key),
        attempt: 1,
        label: label(jobId(run, spec.key), 1),
      }))
      happen({ type: 'jobs.planned', run, jobs })
    },
    runs(...keys) {
      happen({ type: 'jobs.running', run, jobs: refs(keys).map(at => ({ ...at, started: now(), ...process })) })
    },
    ends(key, fixture, { exit = 0, signal = null } = {}) {
      const text = fixtureText(fixture)
      const { output: name, reader } = programOf('nwchem')
      const reads = reader(deck as unknown as Json)
      for (const line of text.split('\n')) reads.line(line, name)
      const reading = reads.reading()
      ended([key], exit, signal)
      const file: FetchedFile = { name, ...engine.keep(text) }
      happen({ type: 'jobs.fetched', run, jobs: [{ ...ref(key), files: [file] }] })
      const figures = engine.keep(JSON.stringify(reading.figures))
      const said = verdict({ output: reading, exit, signal, evidence: [], cancelWished: false, exitDecides: false })
      happen({
        type: 'jobs.parsed',
        run,
        jobs: [{ ...ref(key), result: { ...reading.result, geometry: null, figures }, ...said }],
      })
    },
    completes(...keys) {
      ended(keys, 0, null)
      happen({ type: 'jobs.fetched', run, jobs: refs(keys).map(at => ({ ...at, files: [] })) })
      happen({
        type: 'jobs.parsed',
        run,
        jobs: refs(keys).map(at => ({
          ...at,
          result: { ...unread.result, geometry: null },
          outcome: 'completed' as const,
          category: null,
          reason: null,
          warning: null,
          evidence: [],
        })),
      })
    },
    loses(key, reason) {
      happen({ type: 'jobs.lost', run, jobs: [{ ...ref(key), reason, evidence: [] }] })
    },
  }
}

const texts = new Map<string, string>()

/** The output of a real NWChem run. */
function fixtureText(name: string): string {
  const known = texts.get(name)
  if (known !== undefined) return known
  const text = gunzipSync(readFileSync(new URL(`../../test/fixtures/nwchem/${name}.out.gz`, import.meta.url))).toString(
    'utf8',
  )
  texts.set(name, text)
  return text
}
