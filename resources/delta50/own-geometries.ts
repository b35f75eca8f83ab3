import type { Blobs } from '../../electron/engine/store/blobs.ts'
import type { Calculations } from '../../electron/engine/store/calculations.ts'
import { refOf } from '../../electron/engine/store/content-ref.ts'
import type { ContentRef, Label, MachineName } from '../../shared/ids.ts'
import type { Job, JobResult, JobSpec } from '../../shared/model/job.ts'
import { localMachine } from '../../shared/model/machine.ts'
import type { Run } from '../../shared/model/run.ts'
import { type GeometryAtom, programs, readLevel, readXyz, unread, writeXyz } from '../../shared/programs/index.ts'
import { basisFunctions } from '../../shared/progress/basis-size.ts'
import { orThrow } from '../../shared/result.ts'
import { delta50Set, resolveCampaign, workflows } from '../../shared/workflows/index.ts'

/** A row of each sigma-*.json on Larmor's own geometries. */
export interface Shieldings {
  readonly id: string
  /** CPU seconds on one rank, or those of the wall clock where only these are known. */
  readonly cpu_s: number | null
  /** In the atom order of table.json. */
  readonly sigma_ppm: readonly number[]
}

/** A molecule of sigma-own-geometries.json: its shieldings are those at OWN_LEVEL. */
export interface OwnGeometry extends Shieldings {
  readonly energy_hartree: number
  readonly opt_cpu_s: number | null
  /** `C x y z` in angstrom, in the atom order of table.json. */
  readonly geometry: readonly string[]
}

/** The level of sigma-own-geometries.json, as `campaign start delta50 --levels` takes it. */
export const OWN_LEVEL = 'B3LYP/6-311+G(2d,p)'

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
 * Keeps the shipped geometries, and the shieldings on them at OWN_LEVEL, as calculations of the store: a
 * campaign of the same level finds them there, says that they were taken from `shipped-delta50`, and computes the others.
 * What the shipped file does not hold (cycles, dielectric) stays unknown. Returns how many molecules.
 */
export async function keepOwnGeometries(store: Store, known: readonly OwnGeometry[]): Promise<number> {
  for (const own of known) {
    const { geometry, elements } = await putGeometry(store, own)
    const { opt, start } = jobsOf(own.id, OWN_LEVEL, geometry)
    await store.calculations.keep({
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
  }
  return keepShieldings(store, OWN_LEVEL, known, known)
}

/** Keeps shipped shieldings at a level, on the shipped geometries, as calculations of the store. Returns how many. */
export async function keepShieldings(
  store: Store,
  level: string,
  geometries: readonly OwnGeometry[],
  rows: readonly Shieldings[],
): Promise<number> {
  const { basis } = orThrow(readLevel('nwchem', level, null)).level
  for (const { id, cpu_s, sigma_ppm } of rows) {
    const own = geometries.find(each => each.id === id)
    if (!own) throw new Error(`${id} has shieldings at ${level}, and no geometry`)
    const { geometry, xyz, elements } = await putGeometry(store, own)
    await store.calculations.keep({
      identity: identityOf(jobsOf(id, level, geometry).nmr, xyz),
      version: VERSION,
      from: `shipped-delta50.${id}-nmr.1` as Label,
      result: {
        ...WENT_WELL,
        basis_functions: basisFunctions(elements, basis),
        shieldings: elements.map((element, i) => ({ atom: i + 1, element, sigma_ppm: sigma_ppm[i] as number })),
        wall_s: cpu_s,
      },
    })
  }
  return rows.length
}

async function putGeometry({ blobs }: Store, { id, geometry: rows }: OwnGeometry) {
  const atoms = rows.map((row): GeometryAtom => {
    const [element = '', x, y, z] = row.split(' ')
    return [element, Number(x), Number(y), Number(z)]
  })
  const xyz = writeXyz(atoms, `${id}/opt`)
  return { geometry: await blobs.put(xyz), xyz, elements: atoms.map(([element]) => element) }
}

/** The molecules whose optimisation and shieldings at OWN_LEVEL are among the calculations of the store. */
export async function findOwnGeometries(store: Store): Promise<readonly OwnGeometry[]> {
  const rows = await findShieldings(store, OWN_LEVEL)
  return rows.map(({ id, cpu_s, sigma_ppm, optimised, geometry }) => ({
    id,
    energy_hartree: optimised.energy_hartree as number,
    opt_cpu_s: optimised.wall_s,
    cpu_s,
    geometry,
    sigma_ppm,
  }))
}

/** The molecules that are optimised, and whose shieldings at this level are among the calculations of the store. */
export async function findShieldings(
  { blobs, calculations }: Store,
  level: string,
): Promise<readonly (Shieldings & { readonly optimised: JobResult; readonly geometry: readonly string[] })[]> {
  const found = []
  for (const { id } of delta50Set.molecules) {
    const { opt, start } = jobsOf(id, level, { sha256: '', bytes: 0 })
    const optimised = (await calculations.find(identityOf(opt, start), VERSION))?.result
    if (!optimised?.geometry || optimised.energy_hartree === null) continue
    const xyz = (await blobs.read(optimised.geometry)).toString('utf8')
    const { nmr } = jobsOf(id, level, optimised.geometry)
    const shielded = (await calculations.find(identityOf(nmr, xyz), VERSION))?.result
    if (!shielded?.shieldings) continue
    found.push({
      id,
      cpu_s: shielded.wall_s,
      sigma_ppm: shielded.shieldings.toSorted((a, b) => a.atom - b.atom).map(({ sigma_ppm }) => sigma_ppm),
      optimised,
      geometry: orThrow(readXyz(xyz)).map(([element, ...at]) => `${element} ${at.map(x => x.toFixed(8)).join(' ')}`),
    })
  }
  return found
}

/** Both jobs of a molecule as `campaign start delta50 --levels LEVEL --solvents chcl3` plans them, and where it starts. */
function jobsOf(
  id: string,
  level: string,
  geometry: ContentRef,
): { readonly opt: JobSpec; readonly nmr: JobSpec; readonly start: string } {
  const { params, texts } = orThrow(
    resolveCampaign({ molecules: id, levels: level, solvents: 'chcl3' }, delta50Set, {
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
