import type { ContentRef } from '../../ids.ts'
import type { Resources } from '../../model/job.ts'
import type { Machine } from '../../model/machine.ts'
import type { Run } from '../../model/run.ts'
import { perceiveBonds } from '../../nmr/bonds.ts'
import { delta50 } from '../../nmr/delta50.ts'
import { type Graph, graphOf } from '../../nmr/molecule.ts'
import { whyNotComparable } from '../../nmr/molecule-info.ts'
import { checkElectrons } from '../../nmr/parse-structure.ts'
import { formatXyz } from '../../nmr/xyz.ts'
import { checkMoleculeOf, type LevelProgram, programs, readLevel, splitOutsideBrackets } from '../../programs/index.ts'
import { basisFunctions } from '../../progress/basis-size.ts'
import { badInput, ok, type Result } from '../../result.ts'
import { findSolvent } from '../../solvents.ts'
import { hasStraightAngle } from '../calculation.ts'
import { nmrJob, optJob } from './jobs.ts'
import { acrossSizes, inOrder } from './order.ts'
import type { CampaignSet } from './own-set.ts'
import type { CampaignLevel, CampaignMolecule, CampaignOrder, CampaignParams, CampaignSolvent } from './params.ts'

export type { CampaignSet }

/** The arguments of `campaign start`; what is left out has its default. */
export interface CampaignArguments {
  readonly molecules?: string | undefined
  readonly pilot?: number | undefined
  readonly program?: string | undefined
  readonly levels?: string | undefined
  readonly solvents?: string | undefined
  readonly max_failures?: number | undefined
  readonly order?: string | undefined
  /** A level, or `given`. */
  readonly geometry?: string | undefined
  readonly name?: string | undefined
}

export interface CampaignContext {
  readonly machine: Machine
  /** Cores of the machine where they are known. */
  readonly cores?: number | undefined
  readonly resources: Resources
  refOf(text: string): ContentRef
}

export interface ResolvedCampaign {
  readonly name: string
  readonly params: CampaignParams
  /** Texts that the params refer to: kept before the run is started. */
  readonly texts: readonly string[]
}

const defaults = { solvents: 'chcl3,dmso', basis: '6-311+G(2d,p)' }
/** The levels where none are named, and that of the geometries. ORCA's own B3LYP holds another VWN than NWChem's. */
export const usualLevels: Readonly<Record<LevelProgram, { readonly levels: string; readonly geometry: string }>> = {
  nwchem: { levels: 'B3LYP,WP04', geometry: 'B3LYP/6-31G*' },
  orca: { levels: 'B3LYP/G', geometry: 'B3LYP/G/6-31G*' },
}
const orders: readonly CampaignOrder[] = ['interleaved', 'size', 'file']
const MAX_CYCLES = 100

/** DELTA50 as a set for a campaign. */
export const delta50Set: CampaignSet = {
  id: 'delta50',
  source: `${delta50.source} (${delta50.licence})`,
  corrections: delta50.corrections,
  solvent: 'cdcl3',
  molecules: delta50.molecules.map(molecule => ({ ...molecule, charge: 0 })),
}

/** Checks everything that can be checked before anything starts, and resolves every default. */
export function resolveCampaign(
  args: CampaignArguments,
  set: CampaignSet,
  context: CampaignContext,
): Result<ResolvedCampaign> {
  const order = orders.find(each => each === (args.order ?? 'interleaved'))
  if (!order) return badInput('order', `Unknown order: ${args.order}.`, `Known are ${orders.join(', ')}`)
  const solvents = solventsOf(args.solvents ?? defaults.solvents)
  if (!solvents.ok) return solvents
  const program = (['nwchem', 'orca'] as const).find(each => each === (args.program ?? 'nwchem'))
  if (!program) return badInput('program', `No campaign is computed by "${args.program}".`, 'nwchem or orca')
  const levels = levelsOf(program, args.levels ?? usualLevels[program].levels)
  if (!levels.ok) return levels
  const geometry = geometryOf(program, args.geometry ?? usualLevels[program].geometry)
  if (!geometry.ok) return geometry
  const chosen = chosenOf(args, set)
  if (!chosen.ok) return chosen
  const sorted = inOrder(chosen.value, order, molecule => basisFunctions(molecule.elements, defaults.basis))
  const limit = limitOf(args.max_failures, sorted.length)
  if (!limit.ok) return limit

  const texts: string[] = []
  const molecules: CampaignMolecule[] = []
  for (const molecule of sorted) {
    const electrons = checkElectrons(molecule.elements, molecule.charge)
    if (!electrons.ok) return badInput('set', `${molecule.id}: ${electrons.fault.message}`, electrons.fault.hint)
    for (const level of [...levels.value, ...(geometry.value ? [geometry.value] : [])]) {
      const fits = checkMoleculeOf(program, molecule.elements, level, molecule.charge, 1)
      if (!fits.ok) return badInput('levels', `${molecule.id}: ${fits.fault.message}`, fits.fault.hint)
    }
    const bonded = perceiveBonds(molecule.elements, molecule.geometry)
    const text = formatXyz(molecule.elements, molecule.geometry, molecule.name)
    texts.push(text)
    const { sha256, bytes } = context.refOf(text)
    molecules.push({
      id: molecule.id,
      name: molecule.name,
      elements: molecule.elements,
      charge: molecule.charge,
      geometry: { sha256, bytes },
      autoz: !hasStraightAngle(bonded.bonds.map(({ a, b, order }) => [a, b, order])),
      environments: environmentsOf(molecule, graphOf(bonded)),
    })
  }
  const params: CampaignParams = {
    set: { id: set.id, source: set.source, corrections: set.corrections, solvent: set.solvent },
    molecules,
    levels: levels.value,
    solvents: solvents.value,
    program,
    geometry: geometry.value,
    order,
    max_failures: limit.value,
    ahead: aheadOf(context),
    max_cycles: MAX_CYCLES,
    resources: context.resources,
    warnings: [
      ...levels.value.flatMap(({ note }) => note ?? []),
      ...molecules.flatMap(({ id, environments }) =>
        environments.flatMap(({ left_out, atoms }) =>
          left_out === null ? [] : [`left out of the statistics: ${id} atom ${atoms.join(' ')}, ${left_out}`],
        ),
      ),
    ],
  }
  const checked = checkCalculations(params)
  if (!checked.ok) return checked
  return ok({
    name:
      args.name ??
      `${set.id}, ${molecules.length} molecule${molecules.length === 1 ? '' : 's'} x ${levels.value.map(({ label }) => label).join(', ')}`,
    params,
    texts,
  })
}

function chosenOf(args: CampaignArguments, set: CampaignSet): Result<CampaignSet['molecules']> {
  if (args.molecules !== undefined && args.pilot !== undefined) {
    return badInput('pilot', '--pilot chooses molecules by itself.', 'Leave --molecules out')
  }
  if (args.pilot !== undefined) {
    const all = set.molecules.length
    if (!Number.isInteger(args.pilot) || args.pilot < 1 || args.pilot > all) {
      return badInput('pilot', `--pilot wants a whole number from 1 to ${all}, not ${args.pilot}.`)
    }
    return ok(acrossSizes(set.molecules, args.pilot, ({ elements }) => basisFunctions(elements, defaults.basis)))
  }
  if (args.molecules === undefined) return ok(set.molecules)
  const found: CampaignSet['molecules'][number][] = []
  for (const word of splitOutsideBrackets(args.molecules)) {
    const molecule = findMolecule(set, word)
    if (!molecule) return badInput('molecules', `${set.id} has no molecule "${word}".`, `Known are ${namesOf(set)}`)
    if (found.includes(molecule)) return badInput('molecules', `${word} is named twice.`)
    found.push(molecule)
  }
  return ok(found)
}

/** By id, number, name, the name without what stands in brackets, or that alone (DMF). */
function findMolecule(set: CampaignSet, word: string): CampaignSet['molecules'][number] | undefined {
  const wanted = word.toLowerCase()
  return set.molecules.find(({ id, name }, i) => {
    const [, plain, short] = /^(.*?)\s*\(([^()]*)\)$/.exec(name) ?? []
    const names = [id, name, plain, short, set.id === 'delta50' ? String(i + 1) : undefined]
    return names.some(each => each?.toLowerCase() === wanted)
  })
}

function namesOf({ molecules }: CampaignSet): string {
  const names = molecules.map(({ id, name }) => (id === name ? id : `${id} ${name}`))
  return names.length > 8 ? `${names.slice(0, 8).join(', ')} and ${names.length - 8} more` : names.join(', ')
}

function levelsOf(program: LevelProgram, list: string): Result<readonly CampaignLevel[]> {
  const found: CampaignLevel[] = []
  for (const word of splitOutsideBrackets(list)) {
    const read = readLevel(program, word, defaults.basis)
    if (!read.ok) return badInput('levels', read.fault.message, read.fault.hint)
    const { found: known, level } = read.value
    const { label, shieldings, note } = known
    if (!shieldings) return badInput('levels', `${programs[program].label} has no shieldings with ${label}.`)
    if (found.some(each => each.label === label)) return badInput('levels', `${label} is named twice.`)
    found.push({ id: plainWord(label), label, ...level, note })
  }
  if (found.length === 0) return badInput('levels', 'At least one level is needed.')
  return ok(found)
}

function solventsOf(list: string): Result<readonly CampaignSolvent[]> {
  const found: CampaignSolvent[] = []
  for (const word of list.split(',').map(part => part.trim())) {
    const solvent = findSolvent(word)
    if (!solvent.ok) return badInput('solvents', solvent.fault.message, solvent.fault.hint)
    const { id, nwchem } = solvent.value
    if (found.some(each => each.id === id)) return badInput('solvents', `${word} is named twice.`)
    found.push({ id, name: nwchem ?? id })
  }
  return ok(found)
}

function geometryOf(program: LevelProgram, word: string): Result<CampaignParams['geometry']> {
  if (word === 'given') return ok(null)
  const read = readLevel(program, word, null)
  if (!read.ok) return badInput('geometry', read.fault.message, 'FUNCTIONAL/BASIS, or given')
  const { found, level } = read.value
  return ok({ ...level, label: found.label })
}

/** A tenth of the molecules may fail, at least one. */
function limitOf(wanted: number | undefined, molecules: number): Result<number> {
  if (wanted === undefined) return ok(Math.max(1, Math.floor(molecules / 10)))
  if (Number.isInteger(wanted) && wanted >= 0) return ok(wanted)
  return badInput('max-failures', `--max-failures wants a whole number from 0, not ${wanted}.`)
}

/** Without a scheduler all that is sent waits on the machine itself: a few for each core, so that pause means something. */
function aheadOf({ machine: { settings }, cores, resources }: CampaignContext): number | null {
  if (settings.scheduler !== 'direct') return settings.max_jobs
  const side = Math.floor((settings.cores ?? cores ?? 2) / resources.ranks)
  return Math.max(4, 3 * side)
}

function environmentsOf({ environments }: CampaignSet['molecules'][number], graph: Graph) {
  return environments.map(environment => ({
    ...environment,
    left_out: whyNotComparable(graph, (environment.atoms[0] ?? 1) - 1),
  }))
}

/** The program's own check, of one calculation of each kind, as it will be sent. */
function checkCalculations(params: CampaignParams): Result<void> {
  const [molecule] = params.molecules
  if (!molecule) return badInput('molecules', 'At least one molecule is needed.')
  const run = { id: 'check', machine: '', params } as unknown as Run
  for (const solvent of params.solvents) {
    for (const level of params.levels) {
      const task = {
        molecule,
        level,
        solvent,
        key: 'check',
        opt: undefined,
        job: undefined,
        outcome: null,
        by: undefined,
      }
      const specs = [
        nmrJob(run, params, task, molecule.geometry),
        ...(params.geometry ? [optJob(run, params, task)] : []),
      ]
      for (const { input } of specs) {
        const runs = programs[params.program].check(input, params.resources)
        if (!runs.ok && runs.fault.field === 'solvent') return badInput('solvents', runs.fault.message, runs.fault.hint)
        if (!runs.ok) return runs
      }
    }
  }
  return ok(undefined)
}

/** `B3LYP-6-311+G(2d,p)`: a level as part of a folder's name; a star is written s, as in NWChem's own file names. */
function plainWord(label: string): string {
  return label.replaceAll('*', 's').replaceAll(/[^A-Za-z0-9+(),._-]/g, '-')
}
