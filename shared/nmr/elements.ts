const symbols =
  'H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm'.split(
    ' ',
  )

/** Covalent radii in pm, H to Cm, sp3 carbon, low-spin metals. Source: Cordero et al., Dalton Trans. 2008, 2832. */
const radii = [
  31, 28, 128, 96, 84, 76, 71, 66, 57, 58, 166, 141, 121, 111, 107, 105, 102, 106, 203, 176, 170, 160, 153, 139, 139,
  132, 126, 124, 132, 122, 122, 120, 119, 120, 120, 116, 220, 195, 190, 175, 164, 154, 147, 146, 142, 139, 145, 144,
  142, 139, 139, 138, 139, 140, 244, 215, 207, 204, 203, 201, 199, 198, 198, 196, 194, 192, 192, 189, 190, 187, 187,
  175, 170, 162, 151, 144, 141, 136, 136, 132, 145, 146, 148, 140, 150, 150, 260, 221, 215, 206, 200, 196, 190, 187,
  180, 169,
]

const byName = new Map(symbols.map((symbol, i) => [symbol.toLowerCase(), i + 1]))

/** The symbol as it is written (`Cl`), whatever the case given; undefined where no element has that name. */
export function elementSymbol(name: string): string | undefined {
  const z = byName.get(name.toLowerCase())
  return z === undefined ? undefined : symbols[z - 1]
}

/** Nuclear charge; 0 for what is no element. */
export function atomicNumber(element: string): number {
  return byName.get(element.toLowerCase()) ?? 0
}

/** The symbol of a nuclear charge (1 to 96); undefined for none. */
export function symbolOf(atomicNumber: number): string | undefined {
  return symbols[atomicNumber - 1]
}

/** Covalent radius in angstrom. */
export function covalentRadius(element: string): number {
  return (radii[atomicNumber(element) - 1] ?? 150) / 100
}

/** Electrons of the molecule with this total charge. */
export function electronCount(elements: readonly string[], charge: number): number {
  return elements.reduce((sum, element) => sum + atomicNumber(element), 0) - charge
}
