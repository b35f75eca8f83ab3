import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { rememberedAnswers } from '../../electron/remembered-answers.ts'
import { openSecrets } from '../../electron/secrets.ts'
import type { SteadyEngine } from '../../electron/serve/steady-engine.ts'
import type { Question } from '../../shared/contract.ts'
import type { MachineName } from '../../shared/ids.ts'
import { eventually } from '../serve/eventually.ts'
import { scriptedEngine } from '../serve/scripted-engine.ts'
import { app } from './stand-in.ts'
import { temporaryFolder } from './started.ts'

const folder = await temporaryFolder()
afterAll(folder.remove)
await app.whenReady()

const question = (id: string, kind: Question['kind'] = 'passphrase'): Question => ({
  id,
  machine: 'helix' as MachineName,
  kind,
  text: 'Passphrase for /home/me/key',
  echo: false,
  asked: '2026-03-02T09:00:00.000Z',
  until: null,
})

test('a kept passphrase is given once; a wrong one is forgotten, and the person asked', async () => {
  let clock = 0
  const engine = scriptedEngine()
  const secrets = openSecrets(join(folder.path, 'secrets.json'))
  const remembered = rememberedAnswers(engine as unknown as SteadyEngine, secrets, () => clock)
  const seen: (readonly Question[])[] = []
  remembered.questions(open => void seen.push(open))

  const first = engine.ask(question('q1'))
  await eventually(() => seen.at(-1)?.map(({ id }) => id)).toEqual(['q1'])
  expect(await remembered.answerAndKeep('q0', 'x')).toMatchObject({ ok: false })
  expect(await remembered.answerAndKeep('q1', 'horse')).toMatchObject({ ok: true })
  expect(await first).toBe('horse')

  clock += 3600_000
  seen.length = 0
  expect(await engine.ask(question('q2'))).toBe('horse') // by itself
  expect(seen.flat()).toEqual([])
  const again = engine.ask(question('q3')) // it was wrong
  await eventually(() => seen.at(-1)?.map(({ id }) => id)).toEqual(['q3'])
  expect(await secrets.recall('helix passphrase Passphrase for /home/me/key')).toBeNull()
  await engine.answer('q3', 'mule')
  expect(await again).toBe('mule')
})

test('a disk that takes nothing costs neither an answer nor a question', async () => {
  const engine = scriptedEngine()
  const file = join(folder.path, 'no-folder')
  await writeFile(file, '')
  const full = openSecrets(join(file, 'secrets.json'))
  const secrets = { ...full, recall: async () => 'horse', forget: () => full.forget('helix') }
  const typed = rememberedAnswers(engine as unknown as SteadyEngine, full, () => 0)
  const seen: (readonly Question[])[] = []
  const leave = typed.questions(open => void seen.push(open))
  const asked = engine.ask(question('q1'))
  await eventually(() => seen.at(-1)).toHaveLength(1)
  expect(await typed.answerAndKeep('q1', 'horse')).toMatchObject({ ok: true })
  expect(await asked).toBe('horse')
  leave()

  // One that was kept earlier, and is wrong.
  let clock = 0
  const kept = rememberedAnswers(engine as unknown as SteadyEngine, secrets, () => clock)
  kept.questions(open => void seen.push(open))
  expect(await engine.ask(question('q2'))).toBe('horse')
  void engine.ask(question('q3'))
  await eventually(() => seen.at(-1)?.map(({ id }) => id)).toEqual(['q3'])
  await engine.answer('q3', null)
  // It could not be forgotten: at the next login it is known to be wrong all the same.
  clock += 3600_000
  void engine.ask(question('q4'))
  await eventually(() => seen.at(-1)?.map(({ id }) => id)).toEqual(['q4'])
})

test('what was refused once and is kept again by the person is given again', async () => {
  let clock = 0
  const engine = scriptedEngine()
  const secrets = openSecrets(join(folder.path, 'refused-once.json'))
  const remembered = rememberedAnswers(engine as unknown as SteadyEngine, secrets, () => clock)
  const seen: (readonly Question[])[] = []
  remembered.questions(open => void seen.push(open))
  await secrets.keep('helix passphrase Passphrase for /home/me/key', 'horse')
  expect(await engine.ask(question('q1'))).toBe('horse')
  const again = engine.ask(question('q2')) // the line was cut, or the host was at fault
  await eventually(() => seen.at(-1)?.map(({ id }) => id)).toEqual(['q2'])
  await remembered.answerAndKeep('q2', 'horse')
  expect(await again).toBe('horse')
  clock += 3600_000
  seen.length = 0
  expect(await engine.ask(question('q3'))).toBe('horse')
  expect(seen.flat()).toEqual([])
})

test('a code is never kept', async () => {
  const engine = scriptedEngine()
  const secrets = openSecrets(join(folder.path, 'codes.json'))
  const remembered = rememberedAnswers(engine as unknown as SteadyEngine, secrets, () => 0)
  const seen: (readonly Question[])[] = []
  remembered.questions(open => void seen.push(open))
  const asked = engine.ask(question('q1', 'code'))
  await eventually(() => seen.at(-1)).toHaveLength(1)
  await remembered.answerAndKeep('q1', '123456')
  expect(await asked).toBe('123456')
  expect(await secrets.recall('helix code Passphrase for /home/me/key')).toBeNull()
})
