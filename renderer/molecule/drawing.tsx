import './molecule.css'
import type { Depiction, DrawnAtom, DrawnBond } from './depiction.ts'

interface DrawingProps {
  readonly depiction: Depiction
  /** What is drawn, for who cannot see it. */
  readonly title: string
  /** Atoms (from 1) that are ringed; with the hydrogens on them. */
  readonly ringed?: readonly number[]
  /** Numbers at the atoms, as shift table and decks count them. */
  readonly numbered?: boolean
  /** Rings open stereocentres and names settled ones: for a molecule as it was written, not as one isomer of it. */
  readonly stereo?: boolean
  onPick?(atoms: readonly number[]): void
}

const TEXT = 0.42

/** A molecule drawn flat, in the colours of the page. */
export function Drawing({ depiction, title, ringed = [], numbered = false, stereo = false, onPick }: DrawingProps) {
  const { atoms, bonds, box } = depiction
  const at = (i: number) => atoms[i] as DrawnAtom
  return (
    <svg className="drawing" viewBox={`${box.x} ${box.y} ${box.width} ${box.height}`} role="img" aria-label={title}>
      {bonds.map(bond => (
        <Bond key={`${bond.a}-${bond.b}`} bond={bond} from={at(bond.a)} to={at(bond.b)} />
      ))}
      {atoms.map(atom => {
        const isRinged = atom.atoms.some(each => ringed.includes(each))
        return (
          // biome-ignore lint/a11y/noStaticElementInteractions: the shift table does the same by keyboard
          <g
            key={atom.atoms[0]}
            className={`drawn-atom element-${atom.element}${onPick ? ' pickable' : ''}`}
            onClick={onPick && (() => onPick(atom.atoms))}
          >
            {isRinged ? <circle className="ring" cx={atom.x} cy={atom.y} r={0.42} /> : null}
            {stereo && atom.open ? <circle className="ring open" cx={atom.x} cy={atom.y} r={0.42} /> : null}
            {onPick ? <circle className="target" cx={atom.x} cy={atom.y} r={0.45} /> : null}
            {atom.label === '' ? null : (
              <text x={atom.x} y={atom.y + TEXT * 0.36} fontSize={TEXT} textAnchor="middle">
                {atom.label}
              </text>
            )}
            {numbered || (stereo && (atom.cip || atom.open)) ? (
              <text
                className="beside"
                x={atom.x + atom.aside.x * awayOf(atom)}
                y={atom.y + atom.aside.y * awayOf(atom) + 0.09}
                fontSize={0.26}
                textAnchor="middle"
              >
                {[
                  numbered || atom.open ? `${atom.element}${atom.atoms[0]}` : '',
                  stereo ? (atom.open ? '?' : atom.cip) : '',
                ]
                  .filter(Boolean)
                  .join(' ')}
              </text>
            ) : null}
          </g>
        )
      })}
    </svg>
  )
}

/** Out of the way of what is written or ringed at the atom itself. */
function awayOf({ label, open, aside }: DrawnAtom): number {
  if (open) return 0.68
  return label === '' ? 0.36 : 0.42 + 0.12 * (label.length - 1) * Math.abs(aside.x)
}

function Bond({ bond, from, to }: { readonly bond: DrawnBond; readonly from: DrawnAtom; readonly to: DrawnAtom }) {
  const [dx, dy] = [to.x - from.x, to.y - from.y]
  const length = Math.hypot(dx, dy) || 1
  const [ux, uy] = [dx / length, dy / length]
  const room = (atom: DrawnAtom) => (atom.label === '' ? 0 : 0.3)
  const start = { x: from.x + ux * room(from), y: from.y + uy * room(from) }
  const end = { x: to.x - ux * room(to), y: to.y - uy * room(to) }
  const line = (aside: number) => (
    <line
      key={aside}
      className="bond"
      x1={start.x - uy * aside}
      y1={start.y + ux * aside}
      x2={end.x - uy * aside}
      y2={end.y + ux * aside}
    />
  )
  if (bond.wedge === 'up') {
    const wide = 0.11
    return (
      <polygon
        className="wedge"
        points={`${start.x},${start.y} ${end.x - uy * wide},${end.y + ux * wide} ${end.x + uy * wide},${end.y - ux * wide}`}
      />
    )
  }
  if (bond.wedge === 'down') {
    return [0, 1, 2, 3, 4, 5].map(step => {
      const share = (step + 0.5) / 6
      const [x, y] = [start.x + (end.x - start.x) * share, start.y + (end.y - start.y) * share]
      const wide = 0.11 * share + 0.02
      return (
        <line key={step} className="bond" x1={x - uy * wide} y1={y + ux * wide} x2={x + uy * wide} y2={y - ux * wide} />
      )
    })
  }
  if (bond.order === 2) return [line(0.07), line(-0.07)]
  if (bond.order === 3) return [line(0), line(0.12), line(-0.12)]
  return line(0)
}
