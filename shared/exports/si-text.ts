import type { RunDocument } from '../show/run.ts'
import type { ShownNmr } from '../workflows/index.ts'
import type { Structure } from './structures.ts'

/**
 * What a publication's supporting information wants of a run, as plain text: how it was computed, energies and
 * populations, shifts beside what was measured, coordinates (angstrom).
 */
export function siText(document: RunDocument, structures: readonly Structure[], versions: readonly string[]): string {
  const nmr = document.workflow === 'nmr' ? (document as unknown as ShownNmr) : null
  return [
    document.name,
    '',
    ...(nmr ? methodLines(nmr) : []),
    `Programs: ${versions.join(', ') || 'none'}. Larmor run ${document.run}, ${document.state_text}.`,
    ...(nmr?.provisional ? ['PROVISIONAL: conformers are missing.'] : []),
    ...(nmr ? ['', ...conformerLines(nmr), '', ...shiftLines(nmr)] : []),
    '',
    'Coordinates, angstrom',
    ...structures
      .filter(isOfResult)
      .flatMap(({ name, energy_hartree, atoms }) => [
        '',
        `${name}${energy_hartree === null ? '' : `, E = ${energy_hartree.toFixed(8)} Eh`}`,
        ...atoms.map(
          ([element, ...at]) => `${element.padEnd(2)} ${at.map(each => each.toFixed(6).padStart(12)).join(' ')}`,
        ),
      ]),
    '',
  ].join('\n')
}

/** A conformer that does not count (pending, failed, filtered out) has no geometry of this method. */
function isOfResult({ conformer }: Structure): boolean {
  return conformer === null || conformer.weight !== null
}

function methodLines({ charge, level, solvent, solvent_model, dispersion, temperature_K, weights_from }: ShownNmr) {
  return [
    `Method: ${level}, ${solvent_model === 'none' ? solvent : `${solvent_model} (${solvent})`}; dispersion: ${dispersion}; charge ${charge}.`,
    `Populations: ${temperature_K} K, ${weights_from}.`,
  ]
}

function conformerLines({ conformers }: ShownNmr): readonly string[] {
  const counted = conformers.filter(({ weight }) => weight !== null)
  return [
    'Conformer    E / Eh            dE / kcal/mol  population  degeneracy',
    ...counted
      .toSorted((a, b) => (b.weight ?? 0) - (a.weight ?? 0))
      .map(({ key, energy_hartree, relative_kcal_mol, weight, degeneracy }) =>
        [
          key.padEnd(12),
          (energy_hartree?.toFixed(8) ?? '-').padEnd(17),
          (relative_kcal_mol?.toFixed(2) ?? '-').padStart(13),
          `${(100 * (weight ?? 0)).toFixed(1)} %`.padStart(11),
          String(degeneracy).padStart(11),
        ].join(' '),
      ),
  ]
}

function shiftLines({ shifts, experiment_source, agreement }: ShownNmr): readonly string[] {
  if (shifts.length === 0) return ['No shifts.']
  const references = new Set(shifts.map(({ nucleus, reference }) => `${nucleus} reference: ${reference.source}`))
  return [
    'Nucleus  atoms                delta calc  delta exp  sigma / ppm',
    ...shifts.map(({ nucleus, atoms, delta_ppm, experiment_ppm, sigma_ppm, comparable, why }) =>
      [
        nucleus.padEnd(8),
        atoms.join(',').padEnd(20),
        (delta_ppm?.toFixed(2) ?? '-').padStart(10),
        (experiment_ppm?.toFixed(2) ?? '-').padStart(10),
        sigma_ppm.toFixed(2).padStart(12),
        ...(comparable ? [] : [` not comparable${why ? `: ${why}` : ''}`]),
      ].join(' '),
    ),
    ...references,
    ...(experiment_source ? [`Measured: ${experiment_source}`] : []),
    ...agreement.map(
      ({ nucleus, n, mae_ppm, rmsd_ppm }) =>
        `${nucleus}: n = ${n}, MAE ${mae_ppm.toFixed(3)} ppm, RMSD ${rmsd_ppm.toFixed(3)} ppm`,
    ),
  ]
}
