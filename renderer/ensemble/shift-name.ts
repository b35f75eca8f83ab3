import type { ShownShift } from '../../shared/workflows/index.ts'

/** `C-2` or `H-5, 6, 7`: the atoms as numbered in the input. */
export function shiftName({ element, atoms }: Pick<ShownShift, 'element' | 'atoms'>): string {
  return `${element}-${atoms.join(', ')}`
}

/** Decimals that mean something: carbon is known to a tenth, hydrogen to a hundredth. */
export function decimalsOf(element: string): number {
  return element === 'H' ? 2 : 1
}
