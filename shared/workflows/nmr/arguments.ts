import type { ReferenceWish } from '../../nmr/references.ts'
import { badInput, ok, type Result } from '../../result.ts'

/** The arguments of `nmr`; what is left out has its default. */
export interface NmrArguments {
  /** A SMILES, or the name of the file whose text is given beside. */
  readonly input: string
  readonly name?: string | undefined
  readonly preset?: string | undefined
  /** `none`: the embedded force field alone. */
  readonly program?: string | undefined
  /** `xtb`: conformers are optimised and ranked by it first. */
  readonly pre?: string | undefined
  /** One for both steps, or `SHIELDING//GEOMETRY`; a level for each nucleus: `1H=WP04,13C=CAM-B3LYP/def2-SVP//B3LYP`. */
  readonly xc?: string | undefined
  readonly basis?: string | undefined
  readonly solvent?: string | undefined
  readonly nuclei?: string | undefined
  readonly charge?: number | undefined
  readonly mult?: number | undefined
  readonly max_conformers?: number | undefined
  readonly ff_window?: number | undefined
  readonly dft_window?: number | undefined
  readonly temperature?: number | undefined
  readonly reference?: ReferenceWish | undefined
  readonly one_job?: boolean | undefined
  readonly generate?: boolean | undefined
  readonly ranks?: number | undefined
  readonly memory_mb?: number | undefined
  readonly seconds?: number | undefined
  readonly seed?: number | undefined
}

/** What holds where an argument is left out. */
export const nmrDefaults = {
  preset: 'draft',
  solvent: 'CDCl3',
  nuclei: '1H,13C',
  max_conformers: 8,
  ff_window: 6,
  dft_window: 3,
  temperature: 298.15,
  seed: 1,
  ranks: 1,
  memory_mb: 2000,
  seconds: 24 * 3600,
  max_cycles: 100,
} as const

/** Whether every number is one that the run can use; the fault names the flag. */
export function checkNumbers(args: NmrArguments): Result<void> {
  const least = (field: keyof NmrArguments, flag: string, minimum: number, whole: boolean): Result<void> => {
    const value = args[field]
    if (value === undefined) return ok(undefined)
    const good =
      typeof value === 'number' && Number.isFinite(value) && value >= minimum && (!whole || Number.isInteger(value))
    const what = whole ? `a whole number of at least ${minimum}` : `a number of at least ${minimum}`
    return good ? ok(undefined) : badInput(flag, `--${flag} wants ${what}, not ${String(value)}.`)
  }
  const checks = [
    least('max_conformers', 'max-conformers', 1, true),
    least('ff_window', 'ff-window', 0, false),
    least('dft_window', 'dft-window', 0, false),
    least('temperature', 'temperature', 1, false),
    least('seed', 'seed', 0, true),
    least('ranks', 'ranks', 1, true),
    least('memory_mb', 'memory', 1, false),
    least('seconds', 'time', 60, false),
  ]
  return checks.find(check => !check.ok) ?? ok(undefined)
}
