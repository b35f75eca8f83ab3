import { atomicNumber } from '../../nmr/elements.ts'

/**
 * Van der Waals distances of the universal force field in thousandths of an angstrom, H to Cm. Source: x_i in table I
 * of Rappé et al., J. Am. Chem. Soc. 1992, 114, 10024 (of oxidation states and hybridisations alike).
 */
const distances = [
  2886, 2362, 2451, 2745, 4083, 3851, 3660, 3500, 3364, 3243, 2983, 3021, 4499, 4295, 4147, 4035, 3947, 3868, 3812,
  3399, 3295, 3175, 3144, 3023, 2961, 2912, 2872, 2834, 3495, 2763, 4383, 4280, 4230, 4205, 4189, 4141, 4114, 3641,
  3345, 3124, 3165, 3052, 2998, 2963, 2929, 2899, 3148, 2848, 4463, 4392, 4420, 4470, 4500, 4404, 4517, 3703, 3522,
  3556, 3606, 3575, 3547, 3520, 3493, 3368, 3451, 3428, 3409, 3391, 3374, 3355, 3640, 3141, 3170, 3069, 2954, 3120,
  2840, 2754, 3293, 2705, 4347, 4297, 4370, 4709, 4750, 4765, 4900, 3677, 3478, 3396, 3424, 3395, 3424, 3424, 3381,
  3326,
]

/** By it Gaussian's PCM widens the radii (Radii=UFF, Alpha=1.1), with which DELTA50 was published. */
const SCALE = 1.1

/** The radius in angstrom of an atom's sphere in the cavity `UFF`: half its distance in the force field, times 1.1. */
export function uffCavityRadius(element: string): number {
  const distance = distances[atomicNumber(element) - 1]
  // Elements without functions in any basis set are refused before.
  if (distance === undefined) throw new Error(`${element} has no radius in the universal force field`)
  return (distance / 2000) * SCALE
}
