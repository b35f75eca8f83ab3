import type { Blobs } from '../../electron/engine/store/blobs.ts'
import type { Calculations } from '../../electron/engine/store/calculations.ts'
import { refOf } from '../../electron/engine/store/content-ref.ts'
import type { ContentRef, Label, MachineName } from '../../shared/ids.ts'
import type { Job, JobResult, JobSpec } from '../../shared/model/job.ts'
import { localMachine } from '../../shared/model/machine.ts'
import type { Run } from '../../shared/model/run.ts'
import { type GeometryAtom, programs, readXyz, unread, writeXyz } from '../../shared/programs/index.ts'
import { basisFunctions } from '../../shared/progress/basis-size.ts'
import { orThrow } from '../../shared/result.ts'
import { delta50Set, resolveCampaign, workflows } from '../../shared/workflows/index.ts'

/** A molecule of resources/delta50/sigma-own-geometries.json. */
export interface OwnGeometry {
  readonly id: string
  readonly energy_hartree: number
  /** CPU seconds on one rank, or those of the wall clock where only these are known. */
  readonly opt_cpu_s: number | null
  readonly cpu_s: number | null
  /** `C x y z` in angstrom, in the atom order of table.json. */
  readonly geometry: readonly string[]
  readonly sigma_ppm: readonly number[]
}

interface Store {
  readonly blobs: Blobs
  readonly calculations: Calculations
}

const VERSION = '7.0.2'
/** A calculation that went well, and nothing more of it. */
const WENT_WELL: JobResult = {
  ...unread.result,
  converged: true,
  terminated_normally: true,
  version: VERSION,
  geometry: null,
}

/**
 * Keeps what is shipped as calculations of the store: a campaign of the same level finds them there, says that they were
 * taken from `shipped-delta50`, and computes the others. What the shipped file does not hold (cycles, dielectric) stays
 * unknown. Returns how many molecules.
 */
export async function keepOwnGeometries(
  { blobs, calculations }: Store,
  known: readonly OwnGeometry[],
): Promise<number> {
  for (const own of known) {
    const atoms = own.geometry.map((row): GeometryAtom => {
      const [element = '', x, y, z] = row.split(' ')
      return [element, Number(x), Number(y), Number(z)]
    })
    const elements = atoms.map(([element]) => element)
    const xyz = writeXyz(atoms, `${own.id}/opt`)
    const geometry = await blobs.put(xyz)
    const { opt, nmr, start } = jobsOf(own.id, geometry)
    await calculations.keep({
      identity: identityOf(opt, start),
      version: VERSION,
      from: `shipped-delta50.${own.id}-opt.1` as Label,
      result: {
        ...WENT_WELL,
        energy_hartree: own.energy_hartree,
        basis_functions: basisFunctions(elements, '6-31G*'),
        geometry,
        wall_s: own.opt_cpu_s,
      },
    })
    await calculations.keep({
      identity: identityOf(nmr, xyz),
      version: VERSION,
      from: `shipped-delta50.${own.id}-nmr.1` as Label,
      result: {
        ...WENT_WELL,
        basis_functions: basisFunctions(elements, '6-311+G(2d,p)'),
        shieldings: elements.map((element, i) => ({ atom: i + 1, element, sigma_ppm: own.sigma_ppm[i] as number })),
        wall_s: own.cpu_s,
      },
    })
  }
  return known.length
}

/** The molecules whose optimisation and shieldings at the production level are among the calculations of the store. */
export async function findOwnGeometries({ blobs, calculations }: Store): Promise<readonly OwnGeometry[]> {
  const found: OwnGeometry[] = []
  for (const { id } of delta50Set.molecules) {
    const { opt, start } = jobsOf(id, { sha256: '', bytes: 0 })
    const optimised = (await calculations.find(identityOf(opt, start), VERSION))?.result
    if (!optimised?.geometry || optimised.energy_hartree === null) continue
    const xyz = (await blobs.read(optimised.geometry)).toString('utf8')
    const { nmr } = jobsOf(id, optimised.geometry)
    const shielded = (await calculations.find(identityOf(nmr, xyz), VERSION))?.result
    if (!shielded?.shieldings) continue
    found.push({
      id,
      energy_hartree: optimised.energy_hartree,
      opt_cpu_s: optimised.wall_s,
      cpu_s: shielded.wall_s,
      geometry: orThrow(readXyz(xyz)).map(([element, ...at]) => `${element} ${at.map(x => x.toFixed(8)).join(' ')}`),
      sigma_ppm: shielded.shieldings.toSorted((a, b) => a.atom - b.atom).map(({ sigma_ppm }) => sigma_ppm),
    })
  }
  return found
}

/** Both jobs of a molecule as `campaign start delta50 --levels B3LYP --solvents chcl3` plans them, and where it starts. */
function jobsOf(
  id: string,
  geometry: ContentRef,
): { readonly opt: JobSpec; readonly nmr: JobSpec; readonly start: string } {
  const { params, texts } = orThrow(
    resolveCampaign({ molecules: id, levels: 'B3LYP', solvents: 'chcl3' }, delta50Set, {
      machine: localMachine,
      resources: { ranks: 1, memory_mb: 2000, seconds: 86_400 },
      refOf,
    }),
  )
  const run = { id: 'shipped', machine: localMachine.name as MachineName, params } as unknown as Run
  const done = {
    attempts: [{ n: 1, outcome: 'completed', phase: { is: 'parsed', result: { ...WENT_WELL, geometry } } }],
  } as unknown as Job
  const specs = workflows.campaign.plan({
    run,
    job: key => (key.includes('/opt_') ? done : undefined),
    task: () => undefined,
  }).jobs
  const [opt, nmr] = specs
  if (!opt || !nmr) throw new Error(`${id} is not planned as an optimisation and its shieldings`)
  return { opt, nmr, start: texts[0] ?? '' }
}

function identityOf({ input }: JobSpec, xyz: string) {
  const identity = programs.nwchem.calculation(input, () => xyz)
  if (identity === null) throw new Error('a calculation of Larmor has an identity')
  return identity
}
