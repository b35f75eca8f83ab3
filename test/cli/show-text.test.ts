import { expect, test } from 'vitest'
import { runText } from '../../electron/cli/show-text.ts'
import { get } from '../../shared/model/table.ts'
import { showRun } from '../../shared/show/run.ts'
import { statusOf } from '../../shared/show/status.ts'
import { batchScript } from '../renderer/batch-script.ts'
import { nmrScript } from '../renderer/nmr-script.ts'
import { type ScriptedEngine, scriptedEngine } from '../serve/scripted-engine.ts'

function shown(engine: ScriptedEngine, id: string): string {
  const state = engine.state()
  const run = get(state.runs, id)
  if (!run) throw new Error(`there is no run ${id}`)
  const beside = { engine: 'alive', engine_elsewhere: null, as_of: state.as_of, waits_for: null } as const
  return runText({ ...showRun(state, run), ...beside }, statusOf(state, run))
}

test('the jobs of an ensemble stand by their ids and their names, a person’s own by their ids', () => {
  const engine = scriptedEngine()
  const script = nmrScript(engine, 'rmethanol', 'Methanol')
  script.start()
  script.found('c-one', 'c-two')
  expect(shown(engine, 'rmethanol')).toContain('conformers: 2 found · optimisation 0/2')
  expect(shown(engine, 'rmethanol')).toMatch(/^rmethanol\.c-two\S*opt +conformer 2, optimisation +planned/m)
  batchScript(engine, { id: 'rown', name: 'own', keys: ['benzoin'] }).start()
  expect(shown(engine, 'rown')).toMatch(/^job +state *$/m)
})
