import { expect, onTestFinished, test, vi } from 'vitest'
import { createConnection } from '../../../electron/engine/machines/connection.ts'
import {
  type Session,
  transports,
  Unreachable,
  WantsLogin,
} from '../../../electron/engine/machines/transports/index.ts'
import { localMachine, type Machine } from '../../../shared/model/machine.ts'
import { AT } from '../../shared/model/facts.ts'

const PROBED = { exit: 0, out: 'work\t/w\nnow\t1\n', err: '' }
const FULL = { exit: 1, out: '', err: 'cat: write error: No space left on device' }

/** A machine to which logins go as the test says: `attended`: a person answers for them. */
function reachedBy(attended: boolean) {
  let machine: Machine = { ...localMachine, attended }
  const disk = { full: false }
  const ends: AbortController[] = []
  const connect = vi.spyOn(transports.local, 'connect').mockImplementation(async () => {
    const end = new AbortController()
    ends.push(end)
    return {
      exec: async () => (disk.full ? FULL : PROBED),
      watch: () => () => {},
      close: async () => end.abort(),
      lost: end.signal,
      attended,
    } as unknown as Session
  })
  onTestFinished(() => connect.mockRestore())
  const connection = createConnection({
    name: machine.name,
    home: '/home',
    machine: () => machine,
    async commit(facts) {
      for (const fact of facts) if (fact.type === 'machine.changed') machine = fact.machine
    },
    now: () => AT,
    answered() {},
    reported() {},
    signal: new AbortController().signal,
  })
  const inBackground = () => connection.open(machine, null)
  return {
    connection,
    disk,
    logins: () => connect.mock.calls.length,
    open: () => ends.filter(({ signal }) => !signal.aborted).length,
    reach: () => machine.reach,
    byPerson: () => connection.open(machine, { ask: async () => 'yes' }),
    inBackground,
    /** A verb in the background, as the loop of a machine goes on after it. */
    async look() {
      try {
        await (await inBackground()).agent.look([])
      } catch (error) {
        if (!(error instanceof Unreachable)) throw error
        await connection.lost(error)
        return error
      }
      return connection.reached()
    },
  }
}

test('a full disk there does not cost the login that a person answered for, and is what is told', async () => {
  const { connection, disk, logins, open, reach, byPerson, look } = reachedBy(true)
  await byPerson()
  disk.full = true
  // While a verb fails, and while the agent cannot even be put there.
  for (let times = 0; times < 3; times++) {
    expect(await look()).not.toBeInstanceOf(WantsLogin)
    expect(reach()).toMatchObject({ is: 'unreachable', text: expect.stringContaining('No space left on device') })
    expect(connection.now).toBeNull()
  }
  disk.full = false
  expect(await look()).toBeUndefined()
  expect(reach().is).toBe('ok')
  expect([logins(), open()]).toEqual([1, 1])

  await connection.lost(new Unreachable('The line was cut.'))
  expect(open()).toBe(0)
  expect(await look()).toBeInstanceOf(WantsLogin)
  expect(logins()).toBe(1)
})

test('a session that was kept is closed with the connection', async () => {
  const { connection, disk, open, byPerson, look } = reachedBy(true)
  await byPerson()
  disk.full = true
  await look()
  expect(open()).toBe(1)
  await connection.close()
  expect(open()).toBe(0)
})

test('where nobody is wanted the connection is made anew', async () => {
  const { disk, logins, open, inBackground, look } = reachedBy(false)
  await inBackground()
  disk.full = true
  await look()
  expect(open()).toBe(0)
  disk.full = false
  await look()
  expect([logins(), open()]).toEqual([2, 1])
})
