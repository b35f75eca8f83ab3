import { atomicNumber } from '../nmr/elements.ts'

/** Functions by the period of the element: hydrogen and helium, second, third, beyond. */
type Sizes = readonly [first: number, second: number, third: number, beyond: number]

/** Spherical functions of the families of basis sets, without what their marks add (Hehre, Pople; Dunning; Ahlrichs). */
const families: readonly (readonly [RegExp, Sizes])[] = [
  [/^sto-?3g/, [1, 5, 9, 18]],
  [/^(3-21|4-31)g/, [2, 9, 13, 23]],
  [/^6-311\+*g/, [3, 13, 21, 39]],
  [/^6-31\+*g/, [2, 9, 13, 23]],
  [/^def2-?svp/, [5, 14, 18, 31]],
  [/^def2-?tzvp/, [6, 31, 37, 48]],
  [/^def2-?qzvp/, [30, 57, 70, 80]],
  [/cc-?pvdz|pcs?seg-?1/, [5, 14, 18, 27]],
  [/cc-?pvtz|pcs?seg-?2/, [14, 30, 34, 43]],
  [/cc-?pvqz/, [30, 55, 59, 68]],
]

/**
 * How many basis functions a molecule has, roughly: what the time of a calculation grows with. Exact for the sets of
 * Pople's that Larmor offers, near for the others; an unknown set counts as a double zeta one.
 */
export function basisFunctions(elements: readonly string[], basis: string): number {
  const name = basis.toLowerCase().replaceAll(/[\s_]/g, '')
  const family = families.find(([pattern]) => pattern.test(name))?.[1] ?? [5, 14, 18, 27]
  const more = additions(name)
  return elements.reduce((sum, element) => {
    const z = atomicNumber(element)
    const period = z <= 2 ? 0 : z <= 10 ? 1 : z <= 18 ? 2 : 3
    return sum + family[period] + (period === 0 ? more.hydrogen : more.other)
  }, 0)
}

/** Diffuse functions (+) and polarisation (* or in brackets) of Pople's sets; aug- of Dunning's. */
function additions(name: string): { readonly hydrogen: number; readonly other: number } {
  if (name.startsWith('aug-')) return { hydrogen: 4, other: 9 }
  if (!/^6-31/.test(name)) return { hydrogen: 0, other: 0 }
  const diffuse = name.split('+').length - 1
  const [, d = '', p = ''] = /\((\d*)d(?:,(\d*)p)?\)/.exec(name) ?? []
  const bracketed = name.includes('(')
  const heavy = bracketed ? Number(d || 1) : name.includes('*') ? 1 : 0
  const light = bracketed ? (/\(.*p\)/.test(name) ? Number(p || 1) : 0) : name.includes('**') ? 1 : 0
  return { hydrogen: 3 * light + (diffuse > 1 ? 1 : 0), other: 5 * heavy + (diffuse > 0 ? 4 : 0) }
}
