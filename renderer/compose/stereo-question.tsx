import { openText, type Stereoisomers } from '../../shared/nmr/stereoisomers.ts'
import { Icon } from '../ui/badge.tsx'
import { ALL_ISOMERS } from './draft.ts'

interface StereoQuestionProps {
  /** The SMILES as it was given. */
  readonly input: string
  /** Its name, where there are several. */
  readonly of: string | null
  readonly found: Stereoisomers
  readonly chosen: string | undefined
  onChoose(choice: string): void
}

const MOST_SHOWN = 8

/** What a SMILES leaves open: all isomers of different spectra, or one. Where only mirror images remain, nothing is asked. */
export function StereoQuestion({ input, of, found, chosen, onChoose }: StereoQuestionProps) {
  const { candidates, isCut } = found
  const name =
    of === null ? null : (
      <>
        <bdi>{of}</bdi>:{' '}
      </>
    )
  const open = of === null ? capital(openText(found)) : openText(found)
  if (candidates.length === 1) {
    return (
      <p className="stereo quiet" data-stereo="enantiomers">
        <Icon shape="disc check" />{' '}
        <strong>
          {name}
          {open} not specified.
        </strong>{' '}
        Only mirror images are possible, and their spectra are the same: one is enough, and {candidates[0]?.label} is
        taken.
      </p>
    )
  }
  return (
    <fieldset className="stereo" data-stereo="open">
      <legend className="only-read">Stereochemistry of {input}</legend>
      <p>
        <Icon shape="diamond" />{' '}
        <strong>
          {name}
          {open} not specified.
        </strong>{' '}
        The {candidates.length}
        {isCut ? ' or more' : ''} choices have different spectra: each is a run of its own.
      </p>
      <div className="row">
        <button
          type="button"
          className={chosen === undefined ? 'primary' : undefined}
          aria-pressed={chosen === ALL_ISOMERS}
          onClick={() => onChoose(ALL_ISOMERS)}
        >
          Run {candidates.length === 2 ? 'both' : `all ${candidates.length}`}
        </button>
        {candidates.slice(0, MOST_SHOWN).map(({ smiles, label }) => (
          <button
            key={smiles}
            type="button"
            aria-pressed={chosen === smiles}
            title={smiles}
            onClick={() => onChoose(smiles)}
          >
            Only {label}
          </button>
        ))}
      </div>
    </fieldset>
  )
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
