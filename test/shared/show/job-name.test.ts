import { expect, test } from 'vitest'
import { get } from '../../../shared/model/table.ts'
import { jobName } from '../../../shared/show/job-name.ts'
import { jobsOf } from '../../../shared/show/status.ts'
import { batchScript } from '../../renderer/batch-script.ts'
import { aCampaign } from '../../renderer/campaign-script.ts'
import { nmrScript } from '../../renderer/nmr-script.ts'
import { type ScriptedEngine, scriptedEngine } from '../../serve/scripted-engine.ts'

function namesIn(engine: ScriptedEngine, id: string): readonly string[] {
  const run = get(engine.state().runs, id)
  if (!run) throw new Error(`there is no run ${id}`)
  return jobsOf(engine.state(), run).map(job => jobName(engine.state(), job))
}

test('the jobs of an ensemble are called by their conformers, as numbered on the cards', () => {
  const engine = scriptedEngine()
  const script = nmrScript(engine, 'rmethanol', 'Methanol')
  script.start()
  script.found('c-one', 'c-two')
  for (const key of ['c-one/opt', 'c-two/opt']) {
    script.runs(key)
    script.completes(key)
  }
  script.selected()
  const names = namesIn(engine, 'rmethanol')
  expect(names.slice(0, 2)).toEqual(['conformer 1, optimisation', 'conformer 2, optimisation'])
  expect(names).toContain('conformer 2, shieldings')
})

test('those of a campaign by molecule, level and solvent; a person’s own jobs as that person calls them', () => {
  const engine = scriptedEngine()
  const names = namesIn(engine, aCampaign(engine, 4))
  expect(names).toContainEqual(expect.stringMatching(/^[A-Z].*, optimisation in CDCl3$/))
  expect(names).toContainEqual(expect.stringMatching(/^[A-Z].*, \S+\/6-311\+G\(2d,p\) in (CDCl3|DMSO-d6)$/))
  batchScript(engine, { id: 'rown', name: 'own', keys: ['benzoin', 'fe-001'] }).start()
  expect(namesIn(engine, 'rown')).toEqual(['benzoin', 'fe-001'])
})
