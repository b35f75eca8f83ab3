import { useEffect, useState } from 'react'
import jobBody from '../../resources/remote/job.sh?raw'
import { previewFiles, type ShownFile } from '../../shared/compose/preview-files.ts'
import { previewNmr } from '../../shared/compose/preview-nmr.ts'
import { type ContentRef, type Json, jobId, label, type RemotePath, type RunId } from '../../shared/ids.ts'
import type { JobSpec } from '../../shared/model/job.ts'
import type { Machine } from '../../shared/model/machine.ts'
import type { Embedded } from '../../shared/nmr/embed.ts'
import type { EnsembleResult } from '../../shared/nmr/ensemble.ts'
import type { ResolvedNmr } from '../../shared/workflows/index.ts'
import { Scroll } from '../ui/scroll.tsx'

/** Jobs with the texts that they refer to. */
export interface PreviewedJobs {
  readonly jobs: readonly JobSpec[]
  /** What a chemist calls them, by key; the others are called by their key. */
  readonly names: ReadonlyMap<string, string>
  readonly notes: readonly string[]
  readonly texts: ReadonlyMap<string, string>
}

/** Names for texts that are only looked at: no hash, since nothing of them is kept. */
export function namedTexts(): { readonly texts: Map<string, string>; refOf(text: string): ContentRef } {
  const texts = new Map<string, string>()
  return {
    texts,
    refOf(text) {
      const known = [...texts].find(([, each]) => each === text)?.[0]
      const sha256 = known ?? String(texts.size + 1).padStart(64, '0')
      texts.set(sha256, text)
      return { sha256, bytes: new TextEncoder().encode(text).length }
    },
  }
}

/** The jobs of a run's first conformer: with the geometry that is there, or one that stands for those of the search. */
export function previewOf(
  resolved: ResolvedNmr,
  named: ReturnType<typeof namedTexts>,
  machine: Machine,
  run: RunId,
  { molecule, xyz }: Embedded,
): PreviewedJobs {
  const conformer = { id: 'c-000000', geometry: named.refOf(xyz), ff_energy_kcal: null, degeneracy: 1 }
  const result: EnsembleResult = { molecule, conformers: [conformer], dropped: [], warnings: [] }
  const { jobs, names } = previewNmr(resolved, machine, run, () => result as unknown as Json)
  const made = resolved.params.ensemble === 'generated'
  const one = resolved.params.one_job || jobs.length === 0
  return {
    jobs,
    names,
    notes: [
      made
        ? 'One conformer. Its name (c-000000) and its coordinates stand for those that the search will give; all else is sent as it stands.'
        : 'The first structure. Its name (c-000000) stands for one made from its coordinates; all else is sent as it stands.',
      ...(one ? [] : ['The shieldings start from the optimised geometry; here stands the one before.']),
      ...(machine.settings.work === null ? ['WORK stands for the machine’s folder for Larmor.'] : []),
    ],
    texts: named.texts,
  }
}

interface PreviewProps {
  readonly previewed: PreviewedJobs | null
  /** Why there is nothing to show. */
  readonly empty: string
  readonly machine: Machine
  readonly run: RunId
}

/** More are chosen from a list. */
const MOST_TABS = 5

/** Every deck and script, made by the functions that will send them. */
export function Preview({ previewed, empty, machine, run }: PreviewProps) {
  const [wished, wish] = useState(0)
  const [files, setFiles] = useState<readonly ShownFile[]>([])
  const jobs = previewed?.jobs ?? []
  const place = Math.min(wished, Math.max(0, jobs.length - 1))
  const job = jobs[place]
  const content = JSON.stringify([job, machine.settings, machine.found, run, [...(previewed?.texts ?? [])]])
  // biome-ignore lint/correctness/useExhaustiveDependencies: content holds all that the files are made of
  useEffect(() => {
    if (!job || !previewed) return setFiles([])
    let wanted = true
    const work = machine.settings.work ?? 'WORK'
    const name = label(jobId(run, job.key), 1)
    previewFiles(job, {
      machine,
      body: jobBody,
      label: name,
      dir: `${work}/jobs/${name}` as RemotePath,
      spool: `${work}/spool` as RemotePath,
      shown: async ref => previewed.texts.get(ref.sha256) ?? '',
    }).then(
      made => wanted && setFiles(made),
      () => wanted && setFiles([]),
    )
    return () => {
      wanted = false
    }
  }, [content])

  return (
    <section className="preview" aria-labelledby="preview-title">
      <header className="row between">
        <h2 id="preview-title">Exactly what will run</h2>
        {jobs.length > MOST_TABS ? (
          <select
            className="preview-choice"
            aria-label="Job"
            value={place}
            onChange={event => wish(Number(event.target.value))}
          >
            {jobs.map((each, i) => (
              <option key={each.key} value={i}>
                {previewed?.names.get(each.key) ?? each.key}
              </option>
            ))}
          </select>
        ) : jobs.length > 1 ? (
          <fieldset className="segmented preview-tabs">
            <legend className="only-read">Job</legend>
            {jobs.map((each, i) => (
              <button key={each.key} type="button" aria-pressed={i === place} onClick={() => wish(i)}>
                {stepOf(each, previewed?.names.get(each.key) ?? each.key)}
              </button>
            ))}
          </fieldset>
        ) : null}
      </header>
      {job ? (
        <div className="preview-files">
          {previewed?.notes.map(note => (
            <p key={note} className="hint">
              {note}
            </p>
          ))}
          {files
            .filter(({ text }) => text !== '')
            .map(({ name, text }, i) => (
              <details key={name} open={i === 0 || name === 'job.sh'} data-file={name}>
                <summary>
                  <strong className="machine-text">{name}</strong>{' '}
                  <span className="hint">{text.split('\n').length - 1} lines</span>
                </summary>
                <Scroll label={name} className="preview-text">
                  <pre>{text}</pre>
                </Scroll>
              </details>
            ))}
        </div>
      ) : (
        <p className="hint">{empty}</p>
      )}
    </section>
  )
}

const STEP: Readonly<Record<string, string>> = { pre: 'xtb', opt: 'Optimise', nmr: 'NMR', 'opt+nmr': 'Optimise + NMR' }

/** Short, for a tab; `name` where it is no step of an ensemble. */
function stepOf({ key }: JobSpec, name: string): string {
  const [of = '', task = ''] = key.split('/')
  const some = task.startsWith('nmr-') ? `NMR of ${task.slice('nmr-'.length).replaceAll('-', ', ')}` : undefined
  const step = STEP[task] ?? some
  if (step === undefined) return name.length > 32 ? `…${name.slice(-31)}` : name
  return of.startsWith('reference') ? `TMS: ${step}` : step
}
