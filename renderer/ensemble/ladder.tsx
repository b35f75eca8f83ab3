import { fixed } from '../../shared/show/number.ts'
import { Chart } from '../ui/chart.tsx'
import type { Card } from './cards.tsx'
import { type PlacedLevel, placeLevels } from './place-levels.ts'
import type { Selecting } from './selection.ts'

interface LadderProps extends Selecting {
  readonly cards: readonly Card[]
  readonly temperature_K: number
}

const [WIDTH, HEIGHT] = [132, 268]
const LINE = 14

/** The energies of the conformers as levels; dashed while they can still change. */
export function Ladder({ cards, temperature_K, selection, change }: LadderProps) {
  const levels = cards.flatMap(({ key, short, relative_kcal_mol: energy, state, provisional }) =>
    energy === null || state === 'filtered' ? [] : [{ key, short, energy, state, provisional }],
  )
  if (levels.length === 0) return <p className="hint">No energies yet.</p>
  const { placed, top, unit } = placeLevels(levels, HEIGHT - 28, LINE)
  const y = (energy: number) => HEIGHT - 14 - ((HEIGHT - 28) * energy) / top
  const marks = Array.from({ length: Math.floor(top / unit + 1e-9) + 1 }, (_, i) => i * unit)
  return (
    <>
      <Chart
        name="Energy levels"
        heads={['Conformer', 'ΔE']}
        rows={() =>
          levels.map(({ short, energy, provisional }) => [short, `${provisional ? '~' : ''}${fixed(energy, 2)}`])
        }
      >
        <svg
          className="ladder"
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          width={WIDTH}
          height={HEIGHT}
          role="img"
          aria-label={`Energy levels of ${levels.length} conformers, 0 to ${fixed(Math.max(...levels.map(l => l.energy)), 2)} kcal/mol`}
        >
          {marks.map(mark => (
            <g key={mark} className="ladder-mark">
              <line x1="20" x2={WIDTH} y1={y(mark)} y2={y(mark)} />
              <text x="14" y={y(mark) + 4}>
                {fixed(mark, unit < 1 ? 1 : 0)}
              </text>
            </g>
          ))}
          {placed.map(level => (
            <Level
              key={level.key}
              level={level}
              y={y(level.energy)}
              selected={level.key === selection.conformer}
              onSelect={() => change({ conformer: level.key })}
              onHover={on => change({ hoveredConformer: on ? level.key : null })}
            />
          ))}
        </svg>
      </Chart>
      <p className="hint">ΔE, kcal/mol; {fixed(temperature_K, 0)} K</p>
    </>
  )
}

interface LevelProps {
  readonly level: PlacedLevel & { readonly short: string; readonly state: string; readonly provisional: boolean }
  readonly y: number
  readonly selected: boolean
  onSelect(): void
  onHover(on: boolean): void
}

function Level({ level, y, selected, onSelect, onHover }: LevelProps) {
  const x = 26 + 50 * level.column
  const failed = ['failed', 'timeout', 'lost'].includes(level.state)
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the cards do the same by keyboard
    <g
      className={`level${selected ? ' selected' : ''}${failed ? ' failed' : ''}`}
      data-level={level.key}
      onClick={onSelect}
      onMouseEnter={() => onHover(true)}
      onMouseLeave={() => onHover(false)}
    >
      <rect className="target" x={x} y={y - 6} width="48" height="12" />
      <line x1={x} x2={x + 16} y1={y} y2={y} strokeDasharray={level.provisional ? '3 2' : undefined} />
      {level.named ? (
        <text x={x + 20} y={y + 4}>
          {level.short}
        </text>
      ) : null}
    </g>
  )
}
