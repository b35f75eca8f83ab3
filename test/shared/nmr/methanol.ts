import type { MoleculeInfo } from '../../../shared/nmr/molecule-info.ts'

/** Methanol as a run knows it: C, O, the methyl protons, and OH, which cannot be compared. */
export const methanol: MoleculeInfo = {
  elements: ['C', 'O', 'H', 'H', 'H', 'H'],
  bonds: [
    [1, 2, 1],
    [1, 3, 1],
    [1, 4, 1],
    [1, 5, 1],
    [2, 6, 1],
  ],
  charge: 0,
  classes: [
    { element: 'C', atoms: [1], comparable: true, why: null },
    { element: 'H', atoms: [3, 4, 5], comparable: true, why: null },
    { element: 'H', atoms: [6], comparable: false, why: 'OH: shifts with concentration, water and temperature' },
  ],
  stereocentres: [],
  own_mirror_image: true,
}
