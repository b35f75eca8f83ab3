import { useMemo } from 'react'
import type { EarlierCampaign } from '../../shared/compose/before-campaign.ts'
import { knownOfShelved } from '../../shared/model/known.ts'
import { get } from '../../shared/model/table.ts'
import { solventText, superscript } from '../../shared/show/names.ts'
import { fixed } from '../../shared/show/number.ts'
import { accuracyDecimals } from '../../shared/show/significant.ts'
import { type ShownCampaign, workflows } from '../../shared/workflows/index.ts'
import { useEngineState } from '../larmor.ts'
import { address } from '../route.ts'
import type { RunSummary } from '../runs/summary.ts'

interface ComparisonProps {
  readonly runs: readonly RunSummary[]
  readonly archived: readonly EarlierCampaign[]
}

/** All campaigns' statistics side by side, those of the archive too, the best of each nucleus first. */
export function Comparison({ runs, archived }: ComparisonProps) {
  const state = useEngineState()
  const older = useMemo(
    () =>
      archived.map(each => ({
        run: each.run,
        statistics: (workflows.campaign.show(knownOfShelved(each)) as unknown as ShownCampaign).statistics,
      })),
    [archived],
  )
  const rows = [
    ...runs.map(({ run, status }) => ({
      run,
      statistics: (status as unknown as Partial<ShownCampaign>).statistics ?? [],
    })),
    // One that was opened again is among the others.
    ...older.filter(({ run }) => get(state.runs, run.id) === undefined),
  ]
    .flatMap(({ run, statistics }) => statistics.map(each => ({ run, ...each })))
    .toSorted((a, b) => (a.nucleus === b.nucleus ? a.rmsd_ppm - b.rmsd_ppm : a.nucleus < b.nucleus ? 1 : -1))
  if (rows.length === 0) return null
  // Each is said once, below the table.
  const notes = [...new Set(rows.flatMap(({ note }) => sentencesOf(note)))]
  const marksOf = (note: string | null) => sentencesOf(note).map(each => String.fromCodePoint(97 + notes.indexOf(each)))
  return (
    <section className="campaign-comparison" aria-labelledby="comparison-title">
      <h2 id="comparison-title">Levels compared</h2>
      {new Set(rows.map(({ molecules }) => molecules)).size > 1 ? (
        <p className="hint">
          Over other molecules a level has other figures: compare those that hold as many of the same.
        </p>
      ) : null}
      <table className="campaign-figures">
        <thead>
          <tr>
            {[
              'Nucleus',
              'Level',
              'Solvent',
              'Campaign',
              'n',
              'Molecules',
              'RMSD / ppm',
              'MAE / ppm',
              'Max. dev. / ppm',
            ].map(head => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ run, nucleus, level, solvent, n, molecules, note, rmsd_ppm, mae_ppm, max_ppm, r2 }) => {
            const { ppm } = accuracyDecimals({ n, rmsd_ppm, r2 })
            return (
              <tr key={`${run.id}${nucleus}${level}${solvent}`}>
                <th scope="row">{superscript(nucleus)}</th>
                <td>
                  {level}
                  {note === null ? null : <sup> {marksOf(note).join(', ')}</sup>}
                </td>
                <td>{solventText(solvent)}</td>
                <td>
                  <a href={address('benchmarks', run.id)}>
                    <bdi>{run.name}</bdi>
                  </a>
                </td>
                <td>{n}</td>
                <td>{molecules}</td>
                <td>{fixed(rmsd_ppm, ppm)}</td>
                <td>{fixed(mae_ppm, ppm)}</td>
                <td>{fixed(max_ppm, Math.min(2, ppm))}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
      {notes.map((note, i) => (
        <p key={note} className="hint" data-footnote="">
          <sup>{String.fromCodePoint(97 + i)}</sup> {note}.
        </p>
      ))}
    </section>
  )
}

function sentencesOf(note: string | null): readonly string[] {
  return note === null ? [] : note.split('; ')
}
