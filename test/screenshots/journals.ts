import { aCampaign } from '../renderer/campaign-script.ts'
import { aDayInTheLab, cluster } from '../renderer/lab.ts'
import { lactate } from '../renderer/lactate.ts'
import { manyMachines } from '../renderer/machines-script.ts'
import { nmrScript } from '../renderer/nmr-script.ts'
import { type ScriptedEngine, scriptedEngine } from '../serve/scripted-engine.ts'

/** What has happened before a picture is taken: facts, which the real reducer makes a state of. */
export type JournalName = 'empty' | 'lab' | 'silent' | 'ensemble' | 'compare' | 'campaign' | 'machines' | 'hostile'

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
    case 'ensemble':
      anEnsemble(engine, now)
      return engine
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

function hostile(engine: ScriptedEngine): void {
  const names = ['x'.repeat(300), 'שלום עולם ab', '<b>bold</b><script>alert(1)</script>', '\u001b[31mred\u001b[0m']
  for (const [i, name] of names.entries()) nmrScript(engine, `rname${i}`, name).start()
}

function minutesAgo(now: Date, minutes: number): string {
  return new Date(now.getTime() - minutes * 60_000).toISOString()
}
