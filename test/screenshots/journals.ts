import { batchScript } from '../renderer/batch-script.ts'
import { aCampaign } from '../renderer/campaign-script.ts'
import { aDayInTheLab, cluster } from '../renderer/lab.ts'
import { lactate } from '../renderer/lactate.ts'
import { fullDisk, manyMachines } from '../renderer/machines-script.ts'
import { nmrScript, type ScriptedMolecule } from '../renderer/nmr-script.ts'
import { type ScriptedEngine, scriptedEngine } from '../serve/scripted-engine.ts'

/** What has happened before a picture is taken: facts, which the real reducer makes a state of. */
export type JournalName =
  | 'empty'
  | 'lab'
  | 'silent'
  | 'waits'
  | 'ensemble'
  | 'finished'
  | 'compare'
  | 'campaign'
  | 'machines'
  | 'disk'
  | 'large'
  | 'many'
  | 'hostile'

export function replay(name: JournalName): ScriptedEngine {
  const engine = scriptedEngine()
  const now = new Date()
  switch (name) {
    case 'empty':
      return engine
    case 'lab':
      anOldRun(engine)
      aDayInTheLab(engine, now)
      return engine
    case 'silent':
      aDayInTheLab(engine, now)
      engine.happen({ type: 'machine.changed', machine: cluster('borealis', 'unreachable', minutesAgo(now, 53)) })
      engine.happen({ type: 'machine.changed', machine: cluster('sol', 'wants-login', minutesAgo(now, 22)) })
      return engine
    case 'waits':
      whatWaits(engine, now)
      return engine
    case 'ensemble':
      anEnsemble(engine, now)
      return engine
    case 'finished':
      engine.setClock(minutesAgo(now, 90))
      aFinished(engine, 'rlactate', 'Ethyl (S)-lactate', 10)
      return engine
    case 'disk':
      aDayInTheLab(engine, now)
      fullDisk(engine, true)
      return engine
    case 'large':
      large(engine)
      return engine
    case 'many': {
      engine.setClock(minutesAgo(now, 60))
      const keys = Array.from({ length: 10_000 }, (_, i) => `job-${String(i + 1).padStart(5, '0')}`)
      const many = batchScript(engine, { id: 'rmany', name: 'Ten thousand jobs', program: 'command', keys })
      many.start()
      many.queues(...keys.slice(0, 4000))
      many.runs(...keys.slice(0, 2400))
      many.completes(...keys.slice(0, 1800))
      return engine
    }
    case 'compare':
      engine.setClock(minutesAgo(now, 400))
      aFinished(engine, 'rfirst', 'Ethyl (S)-lactate', 6)
      aFinished(engine, 'rsecond', 'Ethyl (S)-lactate, more conformers', 10)
      return engine
    case 'campaign':
      engine.setClock(minutesAgo(now, 400))
      aCampaign(engine, 48)
      return engine
    case 'machines':
      manyMachines(engine)
      return engine
    case 'hostile':
      hostile(engine)
      return engine
  }
}

/** One that was archived a while ago. */
function anOldRun(engine: ScriptedEngine): void {
  const script = nmrScript(engine, 'rold', 'Methanol, first look')
  script.start()
  script.found('c-one')
  for (const step of ['opt', 'nmr']) {
    script.runs(`c-one/${step}`)
    script.completes(`c-one/${step}`)
    if (step === 'opt') script.selected()
  }
  engine.shelve('rold')
}

function anEnsemble(engine: ScriptedEngine, now: Date): void {
  engine.setClock(minutesAgo(now, 130))
  const { of, ids } = lactate(10)
  const script = nmrScript(engine, 'rlactate', 'Ethyl (S)-lactate', of)
  script.start()
  script.found(...ids)
  const failed = ids.at(-1) ?? ''
  for (const id of ids) {
    script.runs(`${id}/opt`)
    if (id === failed) script.fails(`${id}/opt`, 'the SCF did not converge')
    else script.completes(`${id}/opt`)
  }
  script.selected()
  const kept = ids.filter(id => id !== failed)
  engine.setClock(minutesAgo(now, 40))
  for (const id of kept) script.runs(`${id}/nmr`)
  for (const id of kept.slice(0, -2)) script.completes(`${id}/nmr`)
}

function aFinished(engine: ScriptedEngine, id: string, name: string, most: number): void {
  const { of, ids } = lactate(most)
  const script = nmrScript(engine, id, name, of)
  script.start()
  script.found(...ids)
  for (const step of ['opt', 'nmr']) {
    if (step === 'nmr') script.selected()
    for (const each of ids) script.runs(`${each}/${step}`)
    for (const each of ids) script.completes(`${each}/${step}`)
  }
}

/** Runs that have not begun, each for another reason, two of one name, and one that the cluster lets wait for ever. */
function whatWaits(engine: ScriptedEngine, now: Date): void {
  engine.setClock(minutesAgo(now, 95))
  engine.happen(
    { type: 'machine.changed', machine: cluster('helix') },
    { type: 'machine.changed', machine: cluster('borealis', 'unreachable', minutesAgo(now, 53)) },
    { type: 'machine.changed', machine: cluster('sol', 'wants-login', minutesAgo(now, 22)) },
  )
  const batch = (id: string, name: string, machine: string, minutes: number) => {
    engine.setClock(minutesAgo(now, minutes))
    const script = batchScript(engine, { id, name, machine, keys: ['a', 'b', 'c', 'd'] })
    script.start()
    return script
  }
  batch('rsol', 'Menthol', 'sol', 90)
  batch('rbore', 'Camphor', 'borealis', 85)
  batch('rfirst', 'Tautomers', 'helix', 80).queues('a', 'b', 'c', 'd')
  batch('rsecond', 'Tautomers', 'helix', 40).queues('a', 'b', 'c', 'd')
  batch('rhere', 'Nicotine', 'local', 30).queues('a', 'b', 'c', 'd')
  const never = batch('rnever', 'Vitamin B12', 'helix', 20)
  never.queues('a', 'b', 'c', 'd')
  const waiting = {
    is: 'never',
    text: 'it can never start: it asks for more nodes than the partition has (PartitionNodeLimit)',
  } as const
  never.happen({
    type: 'jobs.waiting',
    run: never.run,
    jobs: ['a', 'b', 'c', 'd'].map(key => {
      const job = `rnever.${key}`
      return { job: job as never, attempt: 1, label: `${job}.1` as never, waiting }
    }),
  })
  engine.setClock(minutesAgo(now, 10))
  nmrScript(engine, 'rchloroform', 'Ethyl (S)-lactate', lactate(3).of).start()
}

/** 200 conformers of a molecule of 300 atoms, as it was given. */
function large(engine: ScriptedEngine): void {
  const { of } = lactate(1)
  const chain = Array.from({ length: 300 }, (_, i) => i + 1)
  const helix = (i: number, turn: number) =>
    `C ${(2.3 * Math.cos(i * 1.2 + turn)).toFixed(3)} ${(2.3 * Math.sin(i * 1.2 + turn)).toFixed(3)} ${(0.25 * i).toFixed(3)}`
  const long: ScriptedMolecule = {
    ...of,
    molecule: {
      ...of.molecule,
      elements: chain.map(() => 'C'),
      bonds: chain.slice(1).map(atom => [atom - 1, atom, 1] as const),
      classes: chain.map(atom => ({ element: 'C', atoms: [atom], comparable: true, why: null })),
    },
    geometry: place => `300\nlong\n${chain.map(i => helix(i, place)).join('\n')}\n`,
  }
  const script = nmrScript(engine, 'rlarge', 'A helix of 300 atoms', long)
  script.start()
  script.found(...Array.from({ length: 200 }, (_, i) => `c-${String(i).padStart(6, '0')}`))
}

function hostile(engine: ScriptedEngine): void {
  const names = ['x'.repeat(300), 'שלום עולם ab', '<b>bold</b><script>alert(1)</script>', '\u001b[31mred\u001b[0m']
  for (const [i, name] of names.entries()) nmrScript(engine, `rname${i}`, name).start()
}

function minutesAgo(now: Date, minutes: number): string {
  return new Date(now.getTime() - minutes * 60_000).toISOString()
}
