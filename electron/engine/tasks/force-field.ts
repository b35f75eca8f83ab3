import { ForceFieldMMFF94, type Molecule, Resources } from 'openchemlib'

let registered = false

/** openchemlib reads its tables of torsions and force field parameters once per thread. */
export function loadTables(): void {
  if (!registered) Resources.registerFromNodejs()
  registered = true
}

export type Minimised =
  | { readonly is: 'minimised'; readonly energy_kcal: number }
  /** The force field has no parameters for it: the geometry is as it was generated. */
  | { readonly is: 'unknown'; readonly atom: string }
  /** It went wrong in this geometry (a straight or collapsed angle). */
  | { readonly is: 'broken' }

/** Energies are good to 0.01 kcal/mol with these; the defaults take up to twice as long, and a DFT optimisation follows. */
const tolerances = { gradTol: 1e-2, funcTol: 1e-4 }

/** Minimises the molecule where it is, with MMFF94s+. */
export function minimise(molecule: Molecule): Minimised {
  let field: ForceFieldMMFF94
  try {
    field = new ForceFieldMMFF94(molecule, ForceFieldMMFF94.MMFF94SPLUS)
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown)
    return { is: 'unknown', atom: /atom \d+ \((\w+)\)/.exec(message)?.[1] ?? 'one of its atoms' }
  }
  try {
    field.minimise(tolerances)
  } catch {
    return { is: 'broken' }
  }
  const energy_kcal = field.getTotalEnergy()
  return Number.isFinite(energy_kcal) ? { is: 'minimised', energy_kcal } : { is: 'broken' }
}
