import { Molecule } from 'openchemlib'
import { useMemo } from 'react'
import { parseStructure } from '../../shared/nmr/parse-structure.ts'
import { plural } from '../../shared/show/number.ts'
import { type Depiction, depict } from '../molecule/depiction.ts'
import { Drawing } from '../molecule/drawing.tsx'
import type { DraftMolecule } from './molecules.ts'

/** Above this number of atoms a flat drawing says nothing. */
const MOST_DRAWN = 400

/** The molecule as it was understood: its picture with stereocentres, its formula, its charge. */
export function MoleculeCard({ molecule }: { readonly molecule: DraftMolecule }) {
  const { input, format, text } = molecule
  const known = useMemo(() => factsOf(format, text), [format, text])
  if (!known) return null
  const { depiction, formula, facts } = known
  return (
    <figure className="molecule-card">
      {depiction ? (
        <Drawing depiction={depiction} title={`Structure of ${input}`} numbered={depiction.atoms.length <= 40} stereo />
      ) : (
        <p className="hint">No drawing: an xyz holds no bonds.</p>
      )}
      <figcaption>
        <strong>{formula}</strong> <span className="hint">{facts}</span>
      </figcaption>
    </figure>
  )
}

function factsOf(format: DraftMolecule['format'], text: string) {
  const parsed = parseStructure(text, format)
  if (!parsed.ok) return null
  const { elements, charge, frames } = parsed.value
  const facts = [
    plural(elements.length, 'atom'),
    charge === null ? 'charge not given' : `charge ${charge > 0 ? '+' : ''}${charge}`,
    frames > 0 ? plural(frames, 'geometry').replace('geometrys', 'geometries') : 'conformers are searched',
  ]
  return { depiction: drawingOf(format, text, elements.length), formula: formulaOf(elements), facts: facts.join(', ') }
}

function drawingOf(format: DraftMolecule['format'], text: string, atoms: number): Depiction | null {
  if (format === 'xyz' || atoms > MOST_DRAWN) return null
  try {
    return depict(format === 'smiles' ? Molecule.fromSmiles(text) : Molecule.fromMolfile(text))
  } catch {
    return null
  }
}

/** Hill order: carbon, hydrogen, then by name. */
function formulaOf(elements: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const element of elements) counts.set(element, (counts.get(element) ?? 0) + 1)
  const rank = (element: string) => (element === 'C' ? 0 : element === 'H' && counts.has('C') ? 1 : 2)
  return [...counts]
    .sort(([a], [b]) => rank(a) - rank(b) || a.localeCompare(b))
    .map(([element, n]) => `${element}${n === 1 ? '' : String(n).replaceAll(/\d/g, d => '₀₁₂₃₄₅₆₇₈₉'[Number(d)] ?? d)}`)
    .join('')
}
