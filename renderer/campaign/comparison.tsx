import type { ShownCampaign } from '../../shared/workflows/index.ts'
import { address } from '../route.ts'
import type { RunSummary } from '../runs/summary.ts'
import { fixed } from '../ui/number.ts'

/** All campaigns' statistics side by side, the best of each nucleus first. */
export function Comparison({ runs }: { readonly runs: readonly RunSummary[] }) {
  const rows = runs
    .flatMap(({ run, status }) => {
      const { statistics = [] } = status as unknown as Partial<ShownCampaign>
      return statistics.map(each => ({ run, ...each }))
    })
    .toSorted((a, b) => (a.nucleus === b.nucleus ? a.rmsd_ppm - b.rmsd_ppm : a.nucleus < b.nucleus ? 1 : -1))
  if (rows.length === 0) return null
  return (
    <section className="campaign-comparison" aria-labelledby="comparison-title">
      <h2 id="comparison-title">Levels compared</h2>
      <table className="campaign-figures">
        <thead>
          <tr>
            {['nucleus', 'level', 'solvent', 'campaign', 'n', 'RMSD / ppm', 'MAE / ppm', 'max / ppm'].map(head => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ run, nucleus, level, solvent, n, rmsd_ppm, mae_ppm, max_ppm }) => (
            <tr key={`${run.id}${nucleus}${level}${solvent}`}>
              <th scope="row">{nucleus}</th>
              <td>{level}</td>
              <td>{solvent}</td>
              <td>
                <a href={address('benchmarks', run.id)}>{run.name}</a>
              </td>
              <td>{n}</td>
              <td>{fixed(rmsd_ppm, 3)}</td>
              <td>{fixed(mae_ppm, 3)}</td>
              <td>{fixed(max_ppm, 2)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
