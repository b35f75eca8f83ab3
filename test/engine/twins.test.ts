import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { refOf } from '../../electron/engine/store/content-ref.ts'
import type { Json, RunId } from '../../shared/ids.ts'
import type { Command } from '../../shared/model/commands.ts'
import { localMachine } from '../../shared/model/machine.ts'
import { get, values } from '../../shared/model/table.ts'
import { orThrow } from '../../shared/result.ts'
import { jobsOf, statusOf } from '../../shared/show/status.ts'
import { waitsFor } from '../../shared/show/waits-for.ts'
import { delta50Set, resolveCampaign, type ShownCampaign } from '../../shared/workflows/index.ts'
import { eventually } from '../serve/eventually.ts'
import { ref } from '../shared/workflows/fake-run.ts'
import { orcaStandIn } from '../testbed/orca-stand-in.ts'
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

describe('two campaigns that have calculations in common', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'larmor-twins-'))
  const orca = await orcaStandIn(folder)
  const { engine, stop } = await startInProcess()
  afterAll(async () => {
    await stop()
    await rm(folder, { recursive: true, force: true })
  })
  const machine = {
    ...localMachine,
    settings: { ...localMachine.settings, cores: 2, programs: { orca: orca.executable } },
  }
  orThrow(await engine.send({ type: 'machine.set', machine }))

  async function begin(id: string, levels: string, molecules: string): Promise<void> {
    const { params, texts } = orThrow(
      resolveCampaign({ molecules, program: 'orca', levels, solvents: 'chcl3', geometry: 'given' }, delta50Set, {
        machine,
        resources: { ranks: 1, memory_mb: 2000, seconds: 3600 },
        refOf,
      }),
    )
    for (const text of texts) orThrow(await engine.put(text))
    orThrow(await engine.send({ ...start(id), params: params as unknown as Json } as Command))
  }
  const run = (id: string) => {
    const found = get(engine.state.runs, id as RunId)
    if (!found) throw new Error(`no run ${id}`)
    return found
  }
  const shown = (id: string) => statusOf(engine.state, run(id)) as unknown as ShownCampaign
  const computing = (id: string) => shown(id).current.length
  const wait = (id: string) => eventually(() => run(id).phase.is).toBe('ended')

  test('each is computed once: the other one waits for it, says so, and takes its result', async () => {
    const goOn = orca.hold()
    await begin('rfirst', 'PBE0', '5')
    await eventually(() => computing('rfirst')).toBe(1)
    await begin('rsecond', 'PBE0', '5,6')
    // A core is free for what they do not share.
    await eventually(() => computing('rsecond')).toBe(1)
    await begin('rthird', 'PBE0', '6')
    await eventually(() => jobsOf(engine.state, run('rthird')).length).toBe(1)
    await eventually(() => waitsFor(engine.state, run('rthird'))).toBe('for the same calculation of rsecond')
    goOn()
    for (const id of ['rfirst', 'rsecond', 'rthird']) await wait(id)
    expect(orca.calls()).toHaveLength(2)
    expect([shown('rfirst').reused, shown('rsecond').reused, shown('rthird').reused]).toEqual([0, 1, 1])
    expect([shown('rsecond').completed, shown('rthird').completed]).toEqual([2, 1])
  })

  test('what is cancelled, or held by a pause, is computed by the one that waited', async () => {
    const before = orca.calls().length
    const goOn = orca.hold()
    // Two that compute, one that waits for a core.
    await begin('rsixth', 'HF', '5,6,3')
    await eventually(() => computing('rsixth')).toBe(2)
    await begin('rseventh', 'HF', '6,3')
    await eventually(() => jobsOf(engine.state, run('rseventh')).length).toBe(2)
    await eventually(() => waitsFor(engine.state, run('rseventh'))).toBe('for the same calculations of rsixth')
    orThrow(await engine.send({ type: 'run.pause', run: 'rsixth' as RunId }))
    const queued = () => statusOf(engine.state, run('rseventh')).counts.queued
    await eventually(queued).toBe(1)
    orThrow(await engine.send({ type: 'run.cancel', run: 'rsixth' as RunId }))
    await wait('rsixth')
    goOn()
    await wait('rseventh')
    expect(shown('rseventh')).toMatchObject({ completed: 2, reused: 0, failed: 0 })
    expect(orca.calls()).toHaveLength(before + 4)
  })

  test('what failed is tried by the one that waited', async () => {
    const before = orca.calls().length
    orca.failOn('def2-SVP')
    const goOn = orca.hold()
    await begin('rfourth', 'PBE0/def2-SVP', '5')
    await eventually(() => computing('rfourth')).toBe(1)
    await begin('rfifth', 'PBE0/def2-SVP', '5,6')
    goOn()
    for (const id of ['rfourth', 'rfifth']) await wait(id)
    expect([shown('rfourth').failed, shown('rfifth').failed]).toEqual([1, 2])
    expect(orca.calls()).toHaveLength(before + 3)
  })
})
