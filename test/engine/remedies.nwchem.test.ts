import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { type Job, lastAttempt } from '../../shared/model/job.ts'
import { localMachine } from '../../shared/model/machine.ts'
import { get } from '../../shared/model/table.ts'
import type { GivenFile } from '../../shared/programs/index.ts'
import { remediesOf } from '../../shared/remedies/index.ts'
import { orThrow } from '../../shared/result.ts'
import { editPlaces, placeContents, placeText } from '../../shared/show/edit-places.ts'
import { smallDisk } from '../small-disk.ts'
import { until } from '../until.ts'
import { type InProcess, startInProcess } from './in-process.ts'
import { type HeldProgram, heldProgram } from './living/held-program.ts'
import { methanol } from './living/nwchem-run.ts'
import { provoke } from './living/provoke.ts'

/**
 * Failures of the real NWChem: each provoked, classified, and, where there is a remedy, cured by it. What is cured here
 * is what a remedy may call tried.
 */
let larmor: InProcess
beforeEach(async () => {
  larmor = await startInProcess()
})
afterEach(() => larmor.stop())

const atoms = (xyz: string) => xyz.trim().split('\n').slice(2).join('\n')
const WATER = 'O 0.0 0.0 0.1173\nH 0.0 0.7572 -0.4692\nH 0.0 -0.7572 -0.4692'

interface Deck {
  readonly atoms?: string
  readonly head?: string
  readonly basis?: string
  readonly dft?: string
  readonly more?: string
  readonly theory?: string
  readonly task?: string
}

const deck = ({
  atoms = WATER,
  head = '',
  basis = 'sto-3g',
  dft = '',
  more = '',
  theory = 'dft',
  task = 'energy',
}: Deck) =>
  `start larmor\n${head}\ngeometry units angstrom noautosym\n${atoms}\nend\nbasis spherical\n  * library ${basis}\nend\ndft\n  xc b3lyp\n  ${dft}\nend\n${more}\ntask ${theory} ${task}\n`

/** The job once its attempt of this number has its outcome. */
async function settled(id: Job['id'], n: number): Promise<Job> {
  await larmor.until(`attempt ${n} of ${id} has its outcome`, state => {
    const job = get(state.jobs, id)
    return job !== undefined && job.attempts.length >= n && lastAttempt(job).outcome !== null
  })
  return get(larmor.engine.state.jobs, id) as Job
}

async function resubmit(job: Job, fix: string | null): Promise<Job> {
  orThrow(await larmor.engine.send({ type: 'jobs.resubmit', jobs: [job.id], fix }))
  return settled(job.id, job.attempts.length + 1)
}

async function first(text: string): Promise<Job> {
  return settled(await provoke(larmor.engine, text), 1)
}

function expectCured(job: Job, fix: string): void {
  const { outcome, reason, fix: by } = lastAttempt(job)
  expect({ outcome, reason, by }).toEqual({ outcome: 'completed', reason: null, by: fix })
}

/** NWChem's internal coordinates fail on its four carbons in a line. */
const BUTYNE = `C -2.07 0 0
C -0.603 0 0
C 0.603 0 0
C 2.07 0 0
H -2.45 1.02 0
H -2.45 -0.51 0.885
H -2.45 -0.51 -0.885
H 2.45 -1.02 0
H 2.45 0.51 0.885
H 2.45 0.51 -0.885`

test.each<[category: string, fix: string, Deck]>([
  ['scf-not-converged', 'scf-help', { dft: 'iterations 3' }],
  ['scf-not-converged', 'scf-damping', { dft: 'iterations 3' }],
  ['opt-not-converged', 'more-cycles', { more: 'driver\n  maxiter 1\nend', task: 'optimize' }],
  ['opt-not-converged', 'hessian', { more: 'driver\n  maxiter 1\nend', task: 'optimize' }],
  ['out-of-memory', 'more-memory', { head: 'memory total 20 mb', basis: '6-31g*', dft: 'direct' }],
  ['missing-file', 'no-restart', { dft: 'vectors input other.movecs' }],
  ['internals', 'cartesian', { atoms: BUTYNE }],
  ['post-scf-not-converged', 'more-iterations', { more: 'ccsd\n  maxiter 2\nend', theory: 'ccsd(t)' }],
  ['post-scf-not-converged', 'more-iterations', { more: 'tce\n  ccsd\n  maxiter 2\nend', theory: 'tce' }],
  ['response-not-converged', 'response', { more: 'tddft\n  nroots 2\n  maxiter 1\nend', theory: 'tddft' }],
])('%s is cured by %s', async (category, fix, change) => {
  const failed = await first(deck(change))
  expect(lastAttempt(failed)).toMatchObject({ outcome: 'failed', category })
  expect(lastAttempt(failed).evidence[0]).toMatchObject({ source: 'output', file: 'nwchem.out' })
  expectCured(await resubmit(failed, fix), fix)
})

test.each<[fix: string, asked: string, Deck, printed: RegExp]>([
  [
    'more-iterations',
    'its frozen core',
    { more: 'ccsd\n  freeze atomic\n  maxiter 2\nend', theory: 'ccsd(t)' },
    /Number of occ\. correlated orbitals:\s+4\n/,
  ],
  [
    'response',
    'its roots',
    { more: 'tddft\n  cis\n  nroots 2\n  notriplet\n  maxiter 1\nend', theory: 'tddft' },
    /Tamm-Dancoff TDDFT.*No\. of roots :\s+2/s,
  ],
])('%s computes what the deck asks for: %s', async (fix, _, change, printed) => {
  const cured = await resubmit(await first(deck(change)), fix)
  expectCured(cured, fix)
  const { phase } = lastAttempt(cured)
  const output = 'files' in phase ? phase.files.find(({ name }) => name === 'nwchem.out') : undefined
  if (!output) throw new Error('no output')
  expect(orThrow(await larmor.engine.read(output))).toMatch(printed)
})

test('the first remedy that does not help is followed by the next, and not offered again', async () => {
  const more = 'set cphf:maxiter 1\nset cphf:maxsub 3\nproperty\n  shielding\nend'
  const failed = await first(deck({ more, task: 'property' }))
  expect(lastAttempt(failed).category).toBe('response-not-converged')
  expect(remediesOf(failed).map(({ id }) => id)).toEqual(['direct', 'response'])
  const again = await resubmit(failed, null)
  expect(lastAttempt(again)).toMatchObject({ fix: 'direct', outcome: 'failed', category: 'response-not-converged' })
  expect(remediesOf(again).map(({ id }) => id)).toEqual(['response'])
  expectCured(await resubmit(again, null), 'response')
})

test.each<[category: string, Deck, place: string]>([
  ['bad-input', { more: 'bassis' }, 'deck.nw:15: bassis'],
  ['missing-basis', { basis: '7-31g*' }, 'deck.nw:9: * library 7-31g*'],
  ['multiplicity', { head: 'charge 1' }, 'deck.nw:2: charge 1'],
])('%s needs an edit, whose place is shown, and is refused', async (category, change, place) => {
  const text = deck(change)
  const failed = await first(text)
  expect(lastAttempt(failed)).toMatchObject({ outcome: 'failed', category })
  const texts = new Map(placeContents(failed).map(({ sha256 }) => [sha256, text]))
  expect(editPlaces(failed, texts).map(placeText)).toEqual([place])
  expect(remediesOf(failed)).toEqual([])
  const refused = await larmor.engine.send({ type: 'jobs.resubmit', jobs: [failed.id], fix: null })
  expect(refused).toMatchObject({ ok: false, fault: { message: expect.stringContaining('only an edit of the input') } })
})

test.each<[category: string, name: string, wrong: string, right: string, place: string]>([
  ['bad-input', 'dft.inc', 'dft\n  iterationz 30\nend\n', 'dft\n  iterations 30\nend\n', 'dft.inc:2: iterationz 30'],
  [
    'missing-basis',
    'a.inc',
    'basis\n  * library 7-31g\nend\n',
    'basis\n  * library sto-3g\nend\n',
    'a.inc:2: * library 7-31g',
  ],
])(
  '%s in a file that the deck includes: the place is in that file, and its edit is run',
  async (category, name, wrong, right, place) => {
    const basis = category === 'missing-basis' ? '' : 'basis\n  * library sto-3g\nend\n'
    const text = `start larmor\ngeometry units angstrom\n${WATER}\nend\n${basis}include ${name}\ntask dft energy\n`
    const failed = await settled(await provoke(larmor.engine, text, undefined, { [name]: wrong }), 1)
    expect(lastAttempt(failed)).toMatchObject({ outcome: 'failed', category })
    const texts = new Map<string, string>()
    for (const ref of placeContents(failed)) texts.set(ref.sha256, orThrow(await larmor.engine.read(ref)))
    expect(editPlaces(failed, texts).map(placeText)[0]).toBe(place)
    const { files } = lastAttempt(failed).input as { readonly files: readonly GivenFile[] }
    const edited = { name, ...orThrow(await larmor.engine.put(right)) }
    const all = files.map(file => (file.name === name ? edited : file))
    orThrow(await larmor.engine.send({ type: 'job.edit', job: failed.id, files: all, seen: 1 }))
    expectCured(await settled(failed.id, 2), 'edited')
  },
)

test('where only an edit helps, what a person makes of the input is run', async () => {
  const right = deck({})
  const failed = await first(right.replace('basis spherical', 'bassis spherical'))
  expect(lastAttempt(failed)).toMatchObject({ outcome: 'failed', category: 'bad-input' })
  const file = { name: 'deck.nw', ...orThrow(await larmor.engine.put(right)) }
  orThrow(await larmor.engine.send({ type: 'job.edit', job: failed.id, files: [file], seen: 1 }))
  expectCured(await settled(failed.id, 2), 'edited')
})

/** NWChem as this computer has it, held in its first run once it has printed this. */
async function holdNwchem(text: string): Promise<HeldProgram> {
  const nwchem = heldProgram(larmor.home, 'nwchem', text)
  const settings = { ...localMachine.settings, programs: { nwchem: nwchem.executable } }
  orThrow(await larmor.engine.send({ type: 'machine.set', machine: { ...localMachine, settings } }))
  return nwchem
}

test.each([
  ['SIGTERM', 'continue', '@    1'],
  ['SIGKILL', 'again', 'd= 0,ls=0.0,diis'],
] as const)('ended by %s from outside, it is killed, and is cured by %s', async (signal, fix, printed) => {
  const nwchem = await holdNwchem(printed)
  const id = await provoke(larmor.engine, deck({ atoms: atoms(methanol), task: 'optimize' }))
  process.kill(await nwchem.held(), signal)
  nwchem.letGo()
  const failed = await settled(id, 1)
  expect(lastAttempt(failed)).toMatchObject({ outcome: 'failed', category: 'killed' })
  expectCured(await resubmit(failed, fix), fix)
})

test('when its time is up it is a timeout, and goes on from its last geometry and orbitals with twice the time', async () => {
  const nwchem = await holdNwchem('@    1')
  const id = await provoke(larmor.engine, deck({ atoms: atoms(methanol), basis: '6-31g*', task: 'optimize' }))
  await nwchem.held()
  const script = await until('the pid of its script', () => {
    const { phase } = lastAttempt(get(larmor.engine.state.jobs, id) as Job)
    return phase.is === 'running' ? phase.pid : null
  })
  process.kill(Number(script), 'SIGUSR1') // by which the script's own clock and Slurm's warning say it
  nwchem.letGo()
  const failed = await settled(id, 1)
  expect(lastAttempt(failed)).toMatchObject({ outcome: 'timeout', category: 'time-limit' })
  const [offer] = remediesOf(failed)
  expect(offer).toMatchObject({ id: 'more-time', resources: { seconds: 7200 } })
  const done = await resubmit(failed, null)
  expectCured(done, 'more-time')
  const folder = join(larmor.home, 'runs', done.run, done.id.slice(done.run.length + 1))
  const [before, after] = [1, 2].map(n => readFileSync(join(folder, `${n}`, 'nwchem.out'), 'latin1'))
  expect(after).toContain('Loading old vectors from job with title')
  expect(after?.match(/^@ +\d/gm)?.length).toBeGreaterThan(0)
  // It began where the other one stopped, not where that one had begun.
  expect(firstEnergy(after)).toBeLessThan(firstEnergy(before))
})

function firstEnergy(output: string | undefined): number {
  return Number(/Total DFT energy = +(\S+)/.exec(output ?? '')?.[1])
}

test('where the orbitals of the last attempt are gone, it says so, and the same without them follows by itself', async () => {
  const vectors = { name: 'larmor-restart.movecs', sha256: 'f'.repeat(64), bytes: 10 }
  const job = await settled(await provoke(larmor.engine, deck({}), { vectors }), 2)
  expect(job.attempts[0]).toMatchObject({ outcome: 'failed', category: 'missing-file', phase: { is: 'planned' } })
  expect(job.attempts[0]?.reason).toContain('larmor-restart.movecs is gone from this computer')
  expectCured(job, 'no-restart')
  expect(lastAttempt(job).by).toBe('policy')
})

const small = smallDisk('size=16k')
if (small.missing) console.warn(`skipped: full scratch: ${small.missing}`)
afterAll(small.remove)

test.skipIf(small.missing !== null)(
  'a full scratch folder is a disk failure, and with space the same again completes',
  async () => {
    const text = deck({ atoms: atoms(methanol), head: `scratch_dir ${small.folder}` })
    const failed = await first(text)
    expect(lastAttempt(failed)).toMatchObject({ outcome: 'failed', category: 'disk' })
    small.remount('size=64m')
    expectCured(await resubmit(failed, 'again'), 'again')
  },
)
