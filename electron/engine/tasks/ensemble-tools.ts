import type { ContentRef } from '../../../shared/ids.ts'
import { difference, isOwnMirrorImage, isSame, symmetryNumber } from '../../../shared/nmr/compare-conformers.ts'
import type { Geometry } from '../../../shared/nmr/molecule.ts'
import type { Constitution } from '../../../shared/nmr/symmetry.ts'
import { mirrored } from '../../../shared/nmr/vectors.ts'

/** Two geometries this close (angstrom, all atoms, after renaming like ones) are one conformer. */
const SAME_CONFORMER = 0.25
/** A turn of the molecule that moves no atom more than this on the average is a symmetry. */
const SYMMETRIC = 0.15

/** `c-` and the first 6 digits of the content's sha256, or as many as it takes to differ from the names in use. */
export function conformerName(content: ContentRef, used: ReadonlySet<string>): string {
  for (let digits = 6; digits < content.sha256.length; digits += 2) {
    const name = `c-${content.sha256.slice(0, digits)}`
    if (!used.has(name)) return name
  }
  throw new Error('two conformers have the same geometry')
}

/** Whether the two are one conformer: alike after renaming, or mirror images of each other where that is the same compound. */
export function whichLikeness(
  of: Constitution,
  ownMirrorImage: boolean,
  a: Geometry,
  b: Geometry,
  tolerance = SAME_CONFORMER,
): 'same' | 'mirror' | null {
  if (isSame(difference(of, a, b, tolerance / 10), tolerance)) return 'same'
  if (ownMirrorImage && isSame(difference(of, a, mirrored(b), tolerance / 10), tolerance)) return 'mirror'
  return null
}

/**
 * How many conformers each geometry stands for, relative to each other, as small whole numbers: 2 for a chiral conformer
 * of a compound that is its own mirror image, divided by the symmetry number. Butane anti 1, gauche 2; pentane 1, 4, 2.
 */
export function degeneracies(of: Constitution, geometries: readonly Geometry[]): readonly number[] {
  const first = geometries[0]
  if (!first) return []
  const own = isOwnMirrorImage(of, first)
  const ratios = geometries.map(geometry => {
    const chiral = own && !isSame(difference(of, geometry, mirrored(geometry), SYMMETRIC / 10), SYMMETRIC)
    return { copies: chiral ? 2 : 1, turns: symmetryNumber(of, geometry, SYMMETRIC) }
  })
  const common = ratios.reduce((multiple, { turns }) => (multiple * turns) / divisor(multiple, turns), 1)
  const whole = ratios.map(({ copies, turns }) => (copies * common) / turns)
  const shared = whole.reduce(divisor)
  return whole.map(count => count / shared)
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b)
}
