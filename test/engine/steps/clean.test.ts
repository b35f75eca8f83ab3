import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isToBeCleaned } from '../../../electron/engine/next-step.ts'
import type { JobId, MachineName, QueueId, RemotePath, RunId } from '../../../shared/ids.ts'
import { decide } from '../../../shared/model/decide.ts'
import { lastAttempt } from '../../../shared/model/job.ts'
import { LOCAL } from '../../../shared/model/machine.ts'
import { get, values } from '../../../shared/model/table.ts'
import { orThrow } from '../../../shared/result.ts'
import { clusterOn, GRACE_S, jobOf, newWorld, RUN, type World } from './world.ts'

const folderOf = (world: World, key: string) => join(world.box.work, 'jobs', `${RUN}.${key}.1`)
const wish = (world: World, ...keys: readonly string[]) =>
  orThrow(decide(world.state, { type: 'jobs.clean', jobs: keys.map(key => jobOf(world, key).id) }))

test('the folder of a job goes once it was fetched and verified, and of no other', async () => {
  const world = await newWorld('direct')
  await world.plan({ a: 'echo a', b: 'sleep 600' })
  await world.turnUntil('b', ({ phase }) => phase.is === 'running')
  expect(wish(world, 'b')).toEqual([])
  await world.turnUntil('a', ({ outcome }) => outcome === 'completed')
  const events = wish(world, 'a', 'b')
  expect(events).toMatchObject([{ type: 'clean.wished', jobs: [{ job: `${RUN}.a`, attempt: 1 }] }])
  world.tell(...events)
  await world.turn()
  expect(existsSync(folderOf(world, 'a'))).toBe(false)
  expect(existsSync(folderOf(world, 'b'))).toBe(true)
  expect(world.attempt('a')).toMatchObject({ outcome: 'completed', clean: { done: true } })
  expect(wish(world, 'a')).toEqual([])
})

test('a folder with what was not fetched is told, and stays until a person has taken that away', async () => {
  const world = await newWorld('direct')
  await world.plan({ a: 'mkdir sub; echo 1 >sub/x.out; echo 2 >"a(1).out"' })
  await world.turnUntil('a', ({ outcome }) => outcome === 'completed')
  expect(world.attempt('a').warning).toContain('not fetched')
  expect(world.attempt('a').evidence.at(-1)).toMatchObject({ file: 'not-fetched.txt' })
  expect(world.attempt('a').evidence.at(-1)?.text).toMatch(/a\(1\)\.out/)
  expect(world.attempt('a').evidence.at(-1)?.text).toMatch(/sub\/x\.out/)
  world.tell(...wish(world, 'a'))
  await world.turn()
  const { clean } = world.attempt('a')
  expect(clean).toMatchObject({ done: false })
  expect(clean?.kept?.toSorted()).toEqual(['a(1).out', 'sub/x.out'])
  expect(readFileSync(join(folderOf(world, 'a'), 'sub', 'x.out'), 'utf8')).toBe('1\n')
  // It is not asked again by itself.
  expect(isToBeCleaned(world.attempt('a'))).toBe(false)
  for (const name of ['sub', 'a(1).out']) rmSync(join(folderOf(world, 'a'), name), { recursive: true })
  world.tell(...wish(world, 'a'))
  await world.turn()
  expect(world.attempt('a').clean).toMatchObject({ done: true })
  expect(existsSync(folderOf(world, 'a'))).toBe(false)
})

test('the folder of an attempt that was taken back before it began goes, too, once its job is over', async () => {
  const world = await newWorld('direct')
  await world.plan({ a: 'sleep 600', b: 'sleep 600', c: 'echo c' })
  await world.turnUntil('c', ({ phase }) => phase.is === 'queued')
  await world.turnUntil('b', ({ phase }) => phase.is === 'running')
  world.tell({ type: 'run.stopping', run: RUN })
  await world.turnUntil('c', ({ n }) => n === 2)
  expect(jobOf(world, 'c').attempts[0]).toMatchObject({ withdrawn: true })
  expect(existsSync(folderOf(world, 'c'))).toBe(true)
  // What is to be tried again is not over.
  expect(wish(world, 'c')).toEqual([])
  world.tell(...orThrow(decide(world.state, { type: 'jobs.cancel', jobs: [jobOf(world, 'c').id] })))
  world.tell(...wish(world, 'c'))
  await world.turn()
  expect(jobOf(world, 'c').attempts[0]?.clean).toMatchObject({ done: true })
  expect(existsSync(folderOf(world, 'c'))).toBe(false)
  expect(wish(world, 'c')).toEqual([])
})

test('what cannot be removed is tried again', async () => {
  const world = await newWorld('direct')
  await world.plan({ a: 'echo a' })
  await world.turnUntil('a', ({ outcome }) => outcome === 'completed')
  world.tell(...wish(world, 'a'))
  world.box.shim('rm', 'exit 1')
  await world.turn()
  expect(world.attempt('a').clean).toMatchObject({ done: false })
  world.box.shim('rm', 'exec "$REAL" "$@"')
  await world.turn()
  expect(world.attempt('a').clean).toMatchObject({ done: true })
})

/** A job of somebody's own script, in a folder of theirs. */
async function adopted() {
  const world = await newWorld('slurm')
  const cluster = clusterOn(world.box)
  const dir = join(world.box.work, '..', "their own 'folder'")
  mkdirSync(dir)
  writeFileSync(join(dir, 'job.sh'), '#SBATCH --job-name=by hand\n')
  await world.box.run('sh', ['-c', 'sbatch job.sh'], { cwd: dir })
  const other = {
    queue_id: '101' as QueueId,
    name: 'by hand',
    status: 'running' as const,
    text: 'R',
    partition: 'main',
  }
  const [machine] = Object.values(world.state.machines)
  if (!machine) throw new Error('no machine')
  world.tell({ type: 'machine.changed', machine: { ...machine, others: [other] } })
  const command = { type: 'job.adopt', run: 'radopted' as RunId, machine: LOCAL, dir: dir as RemotePath } as const
  return { world, cluster, dir, command }
}
const theirs = (world: World) => {
  const job = get(world.state.jobs, 'radopted.job' as JobId)
  if (!job) throw new Error('it was not adopted')
  return lastAttempt(job)
}

test("a job of the queue that is none of Larmor's is adopted with its folder, which is never removed", async () => {
  const { world, cluster, dir, command } = await adopted()
  world.tell(...orThrow(decide(world.state, { ...command, queue_id: '101' as QueueId })))
  expect(theirs(world)).toMatchObject({ phase: { is: 'queued', queue_id: '101', dir } })
  cluster.setState('101', 'R')
  await world.turn()
  expect(theirs(world).phase.is).toBe('running')
  writeFileSync(join(dir, 'result.log'), 'their result\n')
  cluster.setState('101', 'CD')
  await world.turn()
  world.pass(GRACE_S + 1)
  for (let turns = 0; turns < 3; turns++) await world.turn()
  const { phase } = theirs(world)
  const files = phase.is === 'parsed' ? phase.files : []
  const result = files.find(({ name }) => name === 'result.log')
  expect(result && (await world.here.blobs.read(result)).toString()).toBe('their result\n')
  expect(theirs(world).evidence).toMatchObject([{ source: 'scheduler', text: 'Slurm: COMPLETED' }])

  const jobs = [...values(world.state.jobs)].map(({ id }) => id)
  world.tell(...orThrow(decide(world.state, { type: 'jobs.clean', jobs })))
  await world.turn()
  expect(theirs(world).clean).toMatchObject({ done: true })
  expect(existsSync(join(world.box.work, 'jobs', 'radopted.job.1'))).toBe(false)
  expect(readFileSync(join(dir, 'result.log'), 'utf8')).toBe('their result\n')
  expect(existsSync(join(dir, 'fetch.sha256'))).toBe(false)
})

test('only what was seen in the queue is adopted, once, in a folder that can be named', async () => {
  const { world, command } = await adopted()
  const of = (change: object) => decide(world.state, { ...command, queue_id: '101' as QueueId, ...change })
  expect(of({ queue_id: '102' })).toMatchObject({ ok: false, fault: { code: 'not-found' } })
  expect(of({ machine: 'none' as MachineName })).toMatchObject({ ok: false })
  expect(of({ dir: 'relative' })).toMatchObject({ ok: false, fault: { field: 'dir' } })
  expect(of({ dir: '/' })).toMatchObject({ ok: false, fault: { field: 'dir' } })
  world.tell(...orThrow(of({})))
  expect(of({})).toEqual({ ok: true, value: [] })
})
