import {
  checkElectrons,
  type ParsedStructure,
  parseStructure,
  type StructureFormat,
  signed,
} from '../../nmr/parse-structure.ts'
import { badInput, ok, type Result } from '../../result.ts'
import type { NmrArguments } from './arguments.ts'
import type { NmrParams } from './params.ts'

const MOST_ATOMS = 200

/** A structure whose shieldings can be computed: its closed shell, and whether its conformers are made. */
export interface NmrMolecule {
  readonly molecule: ParsedStructure
  readonly charge: number
  readonly ensemble: NmrParams['ensemble']
}

/** Reads the structure, and refuses what has no shieldings: too many atoms, open shells, contradicting charges. */
export function moleculeOf(
  args: NmrArguments,
  structure: { readonly format: StructureFormat; readonly text: string },
): Result<NmrMolecule> {
  const parsed = parseStructure(structure.text, structure.format)
  if (!parsed.ok) return parsed
  const molecule = parsed.value
  if (molecule.atoms > MOST_ATOMS) {
    return badInput(
      'input',
      `${molecule.atoms} atoms are too many: conformers and shieldings are offered up to ${MOST_ATOMS}.`,
    )
  }
  const charge = chargeOf(args, molecule)
  if (!charge.ok) return charge
  if (args.mult !== undefined && args.mult !== 1) {
    const why = args.mult > 1 ? 'the shieldings of an open shell mean nothing' : 'a multiplicity is 1 or more'
    return badInput('mult', `Multiplicity ${args.mult} is refused: ${why}.`, 'nmr computes closed shells only')
  }
  const electrons = checkElectrons(molecule.elements, charge.value)
  if (!electrons.ok) return electrons
  const ensemble = ensembleOf(args, molecule)
  if (!ensemble.ok) return ensemble
  return ok({ molecule, charge: charge.value, ensemble: ensemble.value })
}

function chargeOf({ charge }: NmrArguments, molecule: ParsedStructure): Result<number> {
  if (charge !== undefined && !Number.isInteger(charge)) return badInput('charge', 'The charge is a whole number.')
  if (molecule.charge !== null && charge !== undefined && charge !== molecule.charge) {
    return badInput(
      'charge',
      `Charge ${signed(charge)} contradicts the formal charges of the input, which sum to ${signed(molecule.charge)}.`,
      'Write the charges into the structure, or leave --charge out',
    )
  }
  return ok(charge ?? molecule.charge ?? 0)
}

function ensembleOf(args: NmrArguments, { format, frames }: ParsedStructure): Result<NmrParams['ensemble']> {
  if (frames === 0) return ok('generated')
  if (args.generate !== true) return ok('given')
  if (frames > 1) {
    return badInput('generate', `--generate starts from one structure, the ${format} holds ${frames}.`)
  }
  return ok('generated')
}
