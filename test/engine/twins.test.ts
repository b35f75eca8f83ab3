import { afterAll, expect, test } from 'vitest'
import type { Json, RunId } from '../../shared/ids.ts'
import type { Command } from '../../shared/model/commands.ts'
import { localMachine } from '../../shared/model/machine.ts'
import { values } from '../../shared/model/table.ts'
import { orThrow } from '../../shared/result.ts'
import { delta50Set, resolveCampaign } from '../../shared/workflows/index.ts'
import { ref } from '../shared/workflows/fake-run.ts'
import { startInProcess } from './in-process.ts'

const engine = await startInProcess()
afterAll(() => engine.stop())

const { params } = orThrow(
  resolveCampaign({ molecules: '5', solvents: 'chcl3', levels: 'HF/STO-3G' }, delta50Set, {
    machine: localMachine,
    resources: { ranks: 1, memory_mb: 2000, seconds: 3600 },
    refOf: text => ref(text.slice(0, 20)),
  }),
)
const start = (run: string, with_: Partial<typeof params> = {}): Command => ({
  type: 'run.start',
  run: run as RunId,
  name: run,
  workflow: 'campaign',
  params: { ...params, ...with_ } as unknown as Json,
  machine: localMachine.name,
})

test('of two that start the same campaign at once, one starts and the other is told which runs', async () => {
  const answers = await Promise.all([engine.engine.send(start('rone')), engine.engine.send(start('rtwo'))])
  expect(answers.map(({ ok }) => ok).toSorted()).toEqual([false, true])
  const [refused] = answers.flatMap(answer => (answer.ok ? [] : [answer.fault]))
  const [runs] = [...values(engine.engine.state.runs)]
  expect(refused).toMatchObject({ code: 'not-now', message: `This campaign already runs: ${runs?.id}.` })
  expect([...values(engine.engine.state.runs)]).toHaveLength(1)
  // Its order and its resources make it no other campaign; what it computes does.
  const resources = { ...params.resources, memory_mb: 4000 }
  expect(await engine.engine.send(start('rthree', { order: 'file', resources }))).toMatchObject({ ok: false })
  expect(await engine.engine.send(start('rfour', { geometry: null }))).toMatchObject({ ok: true })
  // The same wish sent twice is no second campaign.
  expect(await engine.engine.send(start(runs?.id ?? ''))).toMatchObject({ ok: true })
})
