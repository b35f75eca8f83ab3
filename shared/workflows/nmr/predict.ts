import type { NmrParams } from './params.ts'

/** Basis functions of an atom by the size of the basis set, roughly: [hydrogen, other]. */
function functionsOf(basis: string): readonly [number, number] {
  if (/sto|3-21/i.test(basis)) return [1.5, 7]
  if (/311|tz/i.test(basis)) return [6, 27]
  if (/qz/i.test(basis)) return [20, 55]
  return [2, 15]
}

/**
 * Seconds that one molecule's steps may take on one core, from the number of basis functions: good for the shares of
 * the bar only. Scaled to methanol (6-31G* optimisation 8 s, shielding 8 s) with the usual exponent near 3.
 */
export function predictedSeconds(
  { geometry, shielding }: Pick<NmrParams, 'geometry' | 'shielding'>,
  elements: readonly string[],
): { readonly opt: number; readonly nmr: number } {
  function size(basis: string): number {
    const [hydrogen, other] = functionsOf(basis)
    return elements.reduce((sum, element) => sum + (element === 'H' ? hydrogen : other), 0)
  }
  const seconds = (functions: number) => 8 * (functions / 38) ** 2.8
  return { opt: seconds(size(geometry.basis)), nmr: seconds(size(shielding.basis)) }
}
