/** Conversion factors and constants. Source: CODATA 2018 (https://physics.nist.gov/cuu/Constants/). */

/** kcal/mol in one hartree (thermochemical calorie, 4.184 J). */
export const KCAL_PER_HARTREE = 627.5094740631

/** Molar gas constant in kcal/(mol K). */
export const GAS_CONSTANT_KCAL = 0.0019872042586
