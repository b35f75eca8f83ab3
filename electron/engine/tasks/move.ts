import type { Geometry } from '../../../shared/nmr/molecule.ts'

/** A change of a geometry that openchemlib's generator does not try: an OH turned, an amine inverted, a ring flipped. */
export type Move = (geometry: Geometry) => Geometry
