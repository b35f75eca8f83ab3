import { createHash } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { previewFiles, type ShownFile } from '../../shared/compose/preview-files.ts'
import type { RunId } from '../../shared/ids.ts'
import { label } from '../../shared/ids.ts'
import type { Resources } from '../../shared/model/job.ts'
import { LOCAL, type Machine } from '../../shared/model/machine.ts'
import { checkResources } from '../../shared/model/resources.ts'
import type { Run } from '../../shared/model/run.ts'
import { machineNamed, type State } from '../../shared/model/state.ts'
import { get } from '../../shared/model/table.ts'
import { presets } from '../../shared/nmr/presets.ts'
import { orThrow } from '../../shared/result.ts'
import { jobsOf, runState } from '../../shared/show/status.ts'
import { nmrDefaults, usualLevels } from '../../shared/workflows/index.ts'
import { jobBody } from '../engine/machines/remote-scripts.ts'
import { refOf } from '../engine/store/content-ref.ts'
import { ensureEngine, readState } from '../engine-client.ts'
import { badArgument, type CliCommand, type Given, readTime, type Surroundings } from './command.ts'
import type { Composed } from './compose.ts'
import { composeSingle } from './compose-single.ts'
import { followWith } from './find.ts'
import { runIdOf } from './ids.ts'
import { programsHere } from './programs-here.ts'
import { waitFor } from './read-commands.ts'
import { EXIT } from './terminal.ts'

const RESOURCE_OPTIONS = {
  name: { type: 'string' },
  machine: { type: 'string' },
  ranks: { type: 'string' },
  memory: { type: 'string' },
  time: { type: 'string' },
  'request-id': { type: 'string' },
  'no-report': { type: 'boolean' },
  'auto-resubmit': { type: 'string' },
  wait: { type: 'boolean' },
} as const

const RUN_OPTIONS = {
  ...RESOURCE_OPTIONS,
  program: { type: 'string' },
  task: { type: 'string' },
  keywords: { type: 'string' },
  solvent: { type: 'string' },
  charge: { type: 'string' },
  mult: { type: 'string' },
} as const

const NMR_OPTIONS = {
  pre: { type: 'string' },
  preset: { type: 'string' },
  program: { type: 'string' },
  xc: { type: 'string' },
  basis: { type: 'string' },
  solvent: { type: 'string' },
  nuclei: { type: 'string' },
  charge: { type: 'string' },
  mult: { type: 'string' },
  'max-conformers': { type: 'string' },
  'ff-window': { type: 'string' },
  'dft-window': { type: 'string' },
  temperature: { type: 'string' },
  reference: { type: 'string' },
  'one-job': { type: 'boolean' },
  generate: { type: 'boolean' },
  seed: { type: 'string' },
} as const

const CAMPAIGN_OPTIONS = {
  program: { type: 'string' },
  molecules: { type: 'string' },
  pilot: { type: 'string' },
  levels: { type: 'string' },
  solvents: { type: 'string' },
  geometry: { type: 'string' },
  'max-failures': { type: 'string' },
  order: { type: 'string' },
} as const

const RESOURCE_DEFAULTS = '--machine local, --ranks 1, --memory 2000 for each rank, --time 24:00'

const RESOURCES =
  '[--name S] [--machine M] [--ranks N] [--memory MB] [--time H:MM] [--auto-resubmit N] [--no-report] [--request-id ID] [--wait]'

const RESOURCE_DETAILS = [
  '--auto-resubmit N: what fails is sent again by itself, with the fix that its failure has, N times at most',
  '--request-id ID: a script that starts the same twice by one ID starts it once',
] as const

type Compose = (given: Given, machine: Machine, cwd: string, resources: Resources) => Promise<Composed>

/** The chemistry that checks an ensemble is loaded only by who needs it. */
const composeNmr: Compose = async (...args) => (await import('./compose-nmr.ts')).composeNmr(...args)

const nmr: CliCommand = starting({
  name: 'nmr',
  usage: `INPUT [--preset draft|production] [--solvent S] [--program nwchem|orca|none] [--pre xtb] [--xc S] [--basis S] [--nuclei 1H,13C]
    [--charge Q] [--max-conformers N] [--ff-window KCAL] [--dft-window KCAL] [--temperature K]
    [--reference auto|published|tms|none|FILE] [--one-job] [--generate] [--seed N]
    ${RESOURCES}`,
  summary: 'conformer ensemble NMR of a SMILES, .xyz, .mol or .sdf',
  details: [
    'INPUT: a SMILES or a flat drawing: conformers are made; one 3D structure: it alone (--generate makes conformers of it);',
    '  several frames of one molecule: that ensemble',
    '--pre xtb: xtb optimises and ranks the conformers before the DFT (off by default)',
    '--xc: SHIELDING//GEOMETRY, or a level for each nucleus: 1H=B3LYP,13C=CAM-B3LYP/def2-SVP//B3LYP',
    '  a level with @UFF behind it is computed in a solvent cavity of UFF radii x 1.1, as in Gaussian (NWChem only)',
    '--ff-window, --dft-window: conformers further above the lowest are left out, by the force field and by DFT (kcal/mol)',
    '--reference: auto takes a fit of this very level and solvent, else TMS at the level; none gives shieldings alone;',
    '  FILE is a factor file of a campaign',
    '--one-job: optimisation and shielding of a conformer in one job',
    '--memory: MB in total per job; --time: hours and minutes of each job, e.g. 12:00',
    ...RESOURCE_DETAILS,
    'e.g. larmor nmr "CC(O)CC" --solvent CDCl3 --preset draft --wait',
  ],
  defaults: `--preset ${nmrDefaults.preset} (${presets[0]?.label.replace(/^.*: /, '')}, also for the geometries), --program nwchem, --solvent ${nmrDefaults.solvent}, --nuclei ${nmrDefaults.nuclei},
    --max-conformers ${nmrDefaults.max_conformers}, --ff-window ${nmrDefaults.ff_window}, --dft-window ${nmrDefaults.dft_window}, --temperature ${nmrDefaults.temperature}, --reference auto, --seed ${nmrDefaults.seed},
    ${RESOURCE_DEFAULTS}`,
  options: { ...RESOURCE_OPTIONS, ...NMR_OPTIONS },
  compose: composeNmr,
})
const run: CliCommand = starting({
  name: 'run',
  usage: `FILE... --program nwchem|orca|xtb|command [--task opt|nmr|sp|freq] [--keywords S] [--solvent S] [--charge Q] [--mult M]
    ${RESOURCES}`,
  summary: 'existing inputs or structures, one job each',
  details: [
    'FILE: an .xyz is computed as --task and --keywords say; an input of your own is run as it is; a folder is one job',
    '--keywords: B3LYP/6-31G* (nwchem), words of its simple input (orca), its options (xtb, e.g. "--gfn 1")',
    '--program command: a script of your own, run by sh',
    '--memory: MB in total per job; --time: hours and minutes of each job, e.g. 12:00',
    ...RESOURCE_DETAILS,
    'e.g. larmor run water.xyz --program nwchem --task opt --keywords B3LYP/6-31G* --solvent D2O --wait',
  ],
  defaults: `of an .xyz --task opt, --keywords B3LYP/6-31G* (nwchem) or B3LYP/def2-SVP (orca), GFN2 (xtb), --solvent gas, --charge 0, --mult 1;
    an input of your own is run as it is; ${RESOURCE_DEFAULTS}`,
  options: RUN_OPTIONS,
  compose: composeSingle,
})

const OF_RUNS = [
  'status',
  'show',
  'wait',
  'pause',
  'resume',
  'stop',
  'cancel',
  'resubmit',
  'progress',
  'export',
  'clean',
]

const composeCampaign: Compose = async (given, ...rest) => {
  const [verb, ...words] = given.words
  if (verb !== 'start')
    throw badArgument(
      'verb',
      verb === undefined ? 'What the campaign shall do is missing: start.' : `campaign wants start, not "${verb}".`,
      (verb === 'decks'
        ? `larmor decks campaign start ${words.join(' ')}`
        : // What is done to one that was started is done to any run, campaign or not.
          OF_RUNS.includes(verb ?? '')
          ? `larmor ${verb} ${words.join(' ')}`
          : 'larmor campaign --help'
      ).trimEnd(),
    )
  return (await import('./compose-campaign.ts')).composeCampaign({ ...given, words }, ...rest)
}

const campaign: CliCommand = starting({
  name: 'campaign',
  usage: `start delta50|FOLDER [--molecules A,B | --pilot N] [--program nwchem|orca] [--levels L,...] [--solvents S,...] [--geometry LEVEL|given]
    [--max-failures N] [--order interleaved|size|file]
    ${RESOURCES}`,
  summary: 'a benchmark: molecules x levels x solvents against measured shifts',
  details: [
    'FOLDER: a structure for each molecule (NAME.xyz, .mol or .sdf) and shifts.csv, whose first line names its columns',
    '  (molecule,atoms,delta_ppm and, if you like, nucleus,solvent), then one line a signal, e.g. NAME,4 5 6,1.25;',
    '  atoms are counted from 1; semicolons or tabs and decimal commas will do',
    '--pilot N: N molecules of all sizes; --max-failures N: pauses when more than N molecules have failed',
    '--levels, --solvents: several, with commas between; LEVEL@UFF: in a solvent cavity of UFF radii, as in Gaussian',
    '--geometry given: shieldings on the structures as they are',
    ...RESOURCE_DETAILS,
    'What was started is paused, resumed, stopped, shown and exported as any run, by its name or id.',
    'e.g. larmor campaign start delta50 --pilot 5',
  ],
  defaults: `all molecules, --program nwchem, --levels ${usualLevels.nwchem.levels} --geometry ${usualLevels.nwchem.geometry} (orca: ${usualLevels.orca.levels}, ${usualLevels.orca.geometry}), --solvents chcl3,dmso,
    --max-failures a tenth of the molecules, --order interleaved, ${RESOURCE_DEFAULTS}`,
  options: { ...RESOURCE_OPTIONS, ...CAMPAIGN_OPTIONS },
  compose: composeCampaign,
})

/** A command that starts a run of what `compose` makes of its arguments. */
function starting({ compose, ...command }: Omit<CliCommand, 'run'> & { readonly compose: Compose }): CliCommand {
  const { name, options } = command
  return {
    ...command,
    async run(surroundings, given) {
      const { composed, settings } = await composeWith(compose, surroundings, given)
      // What was left out is settled now: a script finds it in the document.
      if (!surroundings.terminal.json) for (const line of settings.said) surroundings.terminal.say(line)
      for (const warning of composed.warnings) surroundings.terminal.say(`! ${warning}`)
      if (composed.beforehand) surroundings.terminal.say(composed.beforehand.text)
      const id = runIdOf(given.text('request-id'))
      const wishes = {
        auto_resubmit: given.number('auto-resubmit', 0) ?? 0,
        no_report: given.flag('no-report'),
        asked: askedOf(name, Object.keys(options), given, composed),
      }
      await start(surroundings, composed, id, wishes)
      if (given.flag('wait')) {
        if (!surroundings.terminal.json)
          surroundings.terminal.say(`started ${id}  ${composed.name}; ctrl-C leaves it to run`)
        return waitFor(surroundings, id, 'ended')
      }
      const { state, run } = await planned(surroundings.home, id)
      const document = {
        run: id,
        state: runState(run),
        jobs: jobsOf(state, run).map(job => ({ job: job.id, key: job.key })),
        settings,
        warnings: composed.warnings,
        ...composed.beforehand?.document,
      }
      surroundings.terminal.document(
        document,
        () => `started ${id}  ${composed.name}\nlarmor status ${id} · larmor wait ${id} · larmor show ${id}`,
      )
      return EXIT.done
    },
  }
}

/** A hash of the words that were typed and of what the files hold; nothing in it changes with what Larmor makes of them. */
function askedOf(name: string, options: readonly string[], given: Given, { texts, files }: Composed): string {
  const said = options
    .filter(option => option !== 'request-id' && option !== 'wait')
    .map(option => [option, given.text(option) ?? given.flag(option)] as const)
    .filter(([, value]) => value !== false)
  const held = [...texts.map(text => refOf(text).sha256), ...files.map(({ sha256 }) => sha256)]
  return createHash('sha256')
    .update(JSON.stringify([name, given.words, said.toSorted(([a], [b]) => (a < b ? -1 : 1)), held]))
    .digest('hex')
}

async function composeWith(compose: Compose, surroundings: Surroundings, given: Given) {
  const machine = await machineOf(surroundings, given)
  const resources = resourcesOf(given, machine)
  const composed = await compose(given, machine, surroundings.cwd, resources)
  const { ranks, memory_mb, seconds } = resources
  const limit = `${Math.floor(seconds / 3600)}:${String(Math.floor((seconds % 3600) / 60)).padStart(2, '0')} h`
  const each = `each job ${ranks} rank${ranks === 1 ? '' : 's'}, ${memory_mb} MB, at most ${limit}${bareHours(given)}`
  const said = [...composed.says, `on ${machine.name}; ${each}`]
  return { composed, settings: { said, machine: machine.name, ranks, memory_mb, seconds } }
}

/** Who writes batch scripts for Slurm may mean minutes by a number alone. */
function bareHours(given: Given): string {
  const time = given.text('time')
  return time === undefined || time.includes(':') ? '' : ` (--time ${time} is in hours; H:MM says minutes, too)`
}

async function start(
  { home }: Surroundings,
  { name, workflow, machine, params, texts, files }: Composed,
  run: ReturnType<typeof runIdOf>,
  wishes: { readonly auto_resubmit: number; readonly no_report: boolean; readonly asked: string },
): Promise<void> {
  const engine = await ensureEngine(home)
  try {
    for (const text of texts) orThrow(await engine.put(text))
    for (const { path, sha256 } of files) {
      if (orThrow(await engine.keep(path)).sha256 !== sha256) throw badArgument('file', `${path} has just changed.`)
    }
    orThrow(await engine.send({ type: 'run.start', run, name, workflow, params, machine, ...wishes }))
  } finally {
    engine.detach()
  }
}

/** The run once it has been planned for the first time (or is held, so that nothing is planned), and the state then. */
async function planned(home: string, id: RunId): Promise<{ readonly state: State; readonly run: Run }> {
  for await (const { state } of followWith(home, [id], new AbortController().signal)) {
    const run = get(state.runs, id)
    if (!run) continue
    const { phase, jobs, tasks } = run
    if (jobs.length > 0 || Object.keys(tasks).length > 0 || phase.is === 'ended' || phase.hold !== null) {
      return { state, run }
    }
  }
  throw new Error('following ends only when it is told to')
}

/** The machine of the run, with what is known of its programs; for this computer that is looked up now. */
async function machineOf({ home }: Surroundings, given: Given): Promise<Machine> {
  const name = given.text('machine') ?? LOCAL
  const { state } = await readState(home)
  const machine = machineNamed(state, name)
  if (!machine)
    throw badArgument(
      'machine',
      `There is no machine "${name}".`,
      `Known are ${Object.keys(state.machines).join(', ')}`,
    )
  return name === LOCAL ? { ...machine, found: programsHere(machine.found) } : machine
}

function resourcesOf(given: Given, { name, settings }: Machine): Resources {
  const ranks = given.number('ranks', 1) ?? 1
  const memory_mb = given.number('memory', 1) ?? 2000 * ranks
  if (!Number.isInteger(ranks)) throw badArgument('ranks', `--ranks wants a whole number, not ${ranks}.`)
  const cores = settings.cores ?? (settings.transport === 'local' ? availableParallelism() : Number.POSITIVE_INFINITY)
  if (ranks > cores) throw badArgument('ranks', `${ranks} ranks are wanted, but "${name}" has ${cores} cores.`)
  const resources = { ranks, memory_mb: Math.floor(memory_mb), seconds: readTime(given.text('time') ?? '24:00') }
  orThrow(checkResources(resources))
  return resources
}

/** `decks nmr ...`, `decks run ...`: arguments of a starting command, or of `nmr` when none is named. */
const decks: CliCommand = {
  name: 'decks',
  usage: '[nmr|run|campaign] ARGUMENTS',
  summary: 'prints decks and batch scripts, starts nothing',
  options: { ...RUN_OPTIONS, ...NMR_OPTIONS, ...CAMPAIGN_OPTIONS },
  async run(surroundings, given) {
    const [first, ...rest] = given.words
    const named = first === 'nmr' || first === 'run' || first === 'campaign'
    const compose = first === 'run' ? composeSingle : first === 'campaign' ? composeCampaign : composeNmr
    const plain = named ? rest : given.words
    const words = first === 'campaign' && plain[0] !== 'start' ? ['start', ...plain] : plain
    const machine = await machineOf(surroundings, given)
    const composed = await compose({ ...given, words }, machine, surroundings.cwd, resourcesOf(given, machine))
    const body = await jobBody()
    const preview = composed.preview()
    const jobs: { readonly key: string; readonly program: string; readonly files: readonly ShownFile[] }[] = []
    for (const job of preview.jobs) {
      const place = {
        machine: given.flag('no-report') ? { ...machine, settings: { ...machine.settings, report: false } } : machine,
        body,
        label: label('run.job' as never, 1),
        dir: 'WORK/jobs/LABEL' as never,
        spool: 'WORK/spool' as never,
        shown: preview.shown,
      }
      jobs.push({ key: job.key, program: job.program, files: await previewFiles(job, place) })
    }
    const document = {
      name: composed.name,
      machine: machine.name,
      warnings: composed.warnings,
      notes: preview.notes,
      ...composed.beforehand?.document,
      jobs,
    }
    surroundings.terminal.document(document, () =>
      [
        ...composed.warnings.map(warning => `! ${warning}`),
        ...(composed.beforehand ? [`# ${composed.beforehand.text}`] : []),
        ...[...composed.says, ...preview.notes].map(line => `# ${line}`),
        ...jobs.flatMap(({ key, files }) => files.map(({ name, text }) => `==> ${key}: ${name}\n${text}`)),
      ].join('\n'),
    )
    return EXIT.done
  },
}

export const startCommands: readonly CliCommand[] = [nmr, run, campaign, decks]
