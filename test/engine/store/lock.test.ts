import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type EngineOwner, readLock, takeLock } from '../../../electron/engine/store/lock.ts'
import { newFolder } from './folders.ts'
import { type Started, script } from './processes/index.ts'
import { AT } from './sample.ts'

const about = { version: '0.0.0', started: AT, socket: null, url: null }
const taker = script(new URL('processes/take-lock.ts', import.meta.url))

const pathIn = (home: string) => join(home, 'engine.json')
const ownerIn = async (home: string) => JSON.parse(await readFile(pathIn(home), 'utf8')) as EngineOwner

async function rewrite(home: string, change: Partial<EngineOwner>): Promise<void> {
  await writeFile(pathIn(home), JSON.stringify({ ...(await ownerIn(home)), ...change }))
}

/** All try at the same moment; who got it. */
async function race(takers: readonly Started[]): Promise<readonly Started[]> {
  for (const one of takers) one.send('go')
  const answers = await Promise.all(takers.map(one => one.nextLine()))
  for (const answer of answers) expect(answer).toMatch(/^got$|^refused: Another engine/)
  return takers.filter((_, i) => answers[i] === 'got')
}

async function ready(...takers: readonly Started[]): Promise<readonly Started[]> {
  for (const one of takers) expect(await one.nextLine()).toBe('ready')
  return takers
}

test('a free folder is taken, refused to a second, given back, and taken again', async () => {
  const home = join(await newFolder(), 'new', 'home')
  expect(await readLock(home)).toBeNull()
  const lock = await takeLock(home, about)
  expect(await readLock(home)).toMatchObject({ liveness: 'alive', owner: { pid: process.pid, version: '0.0.0', home } })
  lock.fence()
  await expect(takeLock(home, about)).rejects.toMatchObject({
    fault: { code: 'not-now', message: expect.stringContaining(`pid ${process.pid}`) },
  })
  await lock.update({ url: 'http://127.0.0.1:1/' })
  lock.fence()
  expect((await ownerIn(home)).url).toBe('http://127.0.0.1:1/')
  await lock.release()
  expect(await readLock(home)).toBeNull()
  expect(() => lock.fence()).toThrow('does not own')
  await (await takeLock(home, about)).release()
  expect(await readdir(home)).toEqual([])
})

test('of two that race for a free folder exactly one gets it, 20 times', async () => {
  for (let round = 0; round < 20; round++) {
    const home = await newFolder()
    const takers = await ready(taker(home), taker(home))
    const [winner, ...others] = await race(takers)
    expect(others).toEqual([])
    expect((await ownerIn(home)).pid).toBe(winner?.process.pid)
    await Promise.all(takers.map(one => one.kill()))
  }
})

test('of four that race to take over a dead one exactly one gets it, 20 times', async () => {
  const home = await newFolder()
  const [first] = await ready(taker(home))
  first?.send('go')
  expect(await first?.nextLine()).toBe('got')
  await first?.kill()
  for (let round = 0; round < 20; round++) {
    expect((await readLock(home))?.liveness).toBe('dead')
    const takers = await ready(...Array.from({ length: 4 }, () => taker(home)))
    const [winner, ...others] = await race(takers)
    expect(others).toEqual([])
    expect((await ownerIn(home)).pid).toBe(winner?.process.pid)
    await Promise.all(takers.map(one => one.kill()))
  }
  expect(await readdir(home)).toEqual(['engine.json'])
})

test('killed at any moment of taking over, two never have it, and the next one gets it', async () => {
  const home = await newFolder()
  let killed = 0
  for (let round = 0; round < 12; round++) {
    const takers = await ready(...Array.from({ length: 3 }, () => taker(home)))
    for (const one of takers) one.send('go')
    await sleep(round)
    const victim = takers[round % 3]
    const hadAnswered = victim?.lines.length === 2
    await victim?.kill()
    if (!hadAnswered) killed += 1
    const rest = takers.filter(one => one !== victim)
    const answers = await Promise.all(rest.map(one => one.nextLine()))
    expect(answers.filter(answer => answer === 'got').length).toBeLessThanOrEqual(1)
    await Promise.all(rest.map(one => one.kill()))
  }
  console.log(`${killed} of 12 were killed before they had an answer`)
  const [last] = await ready(taker(home))
  last?.send('go')
  expect(await last?.nextLine()).toBe('got')
  expect(await readdir(home)).toEqual(['engine.json'])
})

test('who died while it took over is taken over itself, and leaves nothing behind', async () => {
  const home = await newFolder()
  const [dead] = await ready(taker(home))
  dead?.send('go')
  await dead?.nextLine()
  await dead?.kill()
  // Two generations that were killed between getting the right to replace and replacing.
  const owner = await ownerIn(home)
  const right = { ...owner, token: 'right-1' }
  await writeFile(join(home, `engine.takeover-${owner.token}`), JSON.stringify(right))
  await writeFile(join(home, 'engine.takeover-right-1'), JSON.stringify({ ...owner, token: 'right-2' }))
  const [winner, ...others] = await race(await ready(taker(home), taker(home), taker(home)))
  expect(others).toEqual([])
  expect((await ownerIn(home)).pid).toBe(winner?.process.pid)
  expect(await readdir(home)).toEqual(['engine.json'])
})

test('a stranger with the pid of a dead engine is not taken for it', async () => {
  const home = await newFolder()
  const lock = await takeLock(home, about)
  await rewrite(home, { start: '1' })
  expect((await readLock(home))?.liveness).toBe('dead')
  await takeLock(home, about)
  expect((await readLock(home))?.liveness).toBe('alive')
  expect(() => lock.fence()).toThrow('does not own')
  await expect(lock.update({ url: null })).rejects.toThrow('does not own')
  await lock.release()
  expect((await readLock(home))?.liveness).toBe('alive') // the new one's lock is not the old one's to give back
})

test('an engine from before this computer was started anew is dead', async () => {
  const home = await newFolder()
  await takeLock(home, about)
  await rewrite(home, { boot_id: '00000000-0000-4000-8000-000000000000' })
  expect((await readLock(home))?.liveness).toBe('dead')
  await takeLock(home, about)
})

test.each([
  { host: 'cluster-login-2', boot_id: '00000000-0000-4000-8000-000000000000' },
  { host: 'cluster-login-2', start: '1' },
  { pid_namespace: 'pid:[1]', start: '1' },
])('an engine elsewhere is refused, whatever its pid says: %o', async elsewhere => {
  const home = await newFolder()
  await takeLock(home, about)
  await rewrite(home, elsewhere)
  const before = await readFile(pathIn(home), 'utf8')
  await expect(takeLock(home, about)).rejects.toMatchObject({
    fault: { code: 'not-now', message: expect.stringContaining('in use by an engine on'), hint: expect.any(String) },
  })
  expect(await readFile(pathIn(home), 'utf8')).toBe(before)
})

test('a laptop whose name changed while its engine lives is the same laptop', async () => {
  const home = await newFolder()
  await takeLock(home, about)
  await rewrite(home, { host: 'name-of-another-network' })
  expect((await readLock(home))?.liveness).toBe('alive')
})

test('an engine.json that no engine wrote is refused, and kept', async () => {
  for (const text of ['', '{"pid": 1', '{}', 'null', '{"pid": 1, "host": "h", "token": "../x"}']) {
    const home = await newFolder()
    await writeFile(pathIn(home), text)
    await expect(takeLock(home, about)).rejects.toMatchObject({ fault: { code: 'not-now' } })
    await expect(readLock(home)).rejects.toMatchObject({ fault: { code: 'not-now' } })
    expect(await readFile(pathIn(home), 'utf8')).toBe(text)
  }
})
