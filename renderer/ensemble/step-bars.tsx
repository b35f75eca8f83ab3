import { percent } from '../../shared/show/number.ts'
import type { RunStatus } from '../../shared/show/status.ts'
import { Meter } from '../ui/meter.tsx'

type Step = RunStatus['steps'][number]

interface StepBarsProps {
  readonly steps: readonly Step[]
}

/** The steps of the plan with their counts: `1/2, 1 failed`. What failed is counted beside, never in. */
export function StepBars({ steps }: StepBarsProps) {
  return (
    <ol className="steps" aria-label="Steps">
      {steps.map(({ label, done, failed, total, found, share: weight }) => {
        const share = (n: number) => (total === 0 ? 0 : n / total)
        return (
          <li key={label} data-step={label}>
            <span className="row between">
              <span>
                <strong className="sentence">{label}</strong>{' '}
                {found !== null ? `${found} found` : total === 0 ? '–' : `${done}/${total}`}
                {failed > 0 ? <span className="tone-fail">, {failed} failed</span> : null}
              </span>
              <span className="step-weight" title="Share of the expected work">
                {percent(weight, 0)}
              </span>
            </span>
            <Meter
              parts={[
                { share: share(done), tone: done + failed === total ? 'done' : 'run' },
                { share: share(failed), tone: 'fail' },
              ]}
            />
          </li>
        )
      })}
    </ol>
  )
}
