import { electronCount } from '../nmr/elements.ts'
import { badInput, ok, type Result } from '../result.ts'

/** Whether the molecule has electrons for this charge and multiplicity (2S + 1). Faults name `charge` or `mult`. */
export function checkSpin(elements: readonly string[], charge: number, multiplicity: number): Result<void> {
  const electrons = electronCount(elements, charge)
  if (electrons < 1) return badInput('charge', `A charge of ${charge} leaves no electrons.`)
  if ((electrons - multiplicity) % 2 === 0 || multiplicity > electrons + 1) {
    return badInput(
      'mult',
      `${electrons} electrons cannot have multiplicity ${multiplicity}.`,
      'Check the charge: an odd number of electrons has an even multiplicity',
    )
  }
  return ok(undefined)
}
