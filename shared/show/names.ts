import { findSolvent } from '../solvents.ts'

/** `CDCl3`: a solvent by any of its names. */
export function solventText(name: string): string {
  const found = findSolvent(name)
  return found.ok ? found.value.label : name
}

/** `1H` as ¹H. */
export function superscript(nucleus: string): string {
  return nucleus.replaceAll(/\d/g, digit => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)] ?? digit)
}

/** `Methyl t-butyl ether` of `Methyl t-butyl ether (MTBE)`. */
export function shortName(molecule: string): string {
  return molecule.replace(/ \(.*\)$/, '')
}
