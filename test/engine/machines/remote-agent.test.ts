import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { installAgent } from '../../../electron/engine/machines/remote-agent.ts'
import { type Session, Unreachable } from '../../../electron/engine/machines/transports/index.ts'
import type { Label } from '../../../shared/ids.ts'
import { eventually } from '../../serve/eventually.ts'

/** A machine whose agent answers what a broken or a hostile one might. */
function saying(...pieces: readonly Buffer[]): Session {
  const answer = { exit: 0, out: 'work\t/w\nnow\t1\n', err: '' }
  return {
    exec: async () => answer,
    stream: () => ({ out: Readable.from(pieces), done: Promise.resolve(answer) }),
  } as unknown as Session
}

const MEGABYTE = Buffer.alloc(1 << 20, 'x')

test('the tail of a file is what the machine sends of it', async () => {
  const agent = await installAgent(saying(Buffer.from('a'), Buffer.from('b')), '/w', [])
  expect((await agent.tail('r1.a.1' as Label, 'out', 0)).toString()).toBe('ab')
})

test('a machine that sends more than was asked for is not listened to', async () => {
  const agent = await installAgent(saying(...Array.from({ length: 64 }, () => MEGABYTE)), '/w', [])
  await expect(agent.tail('r1.a.1' as Label, 'out', 0)).rejects.toBeInstanceOf(Unreachable)
})

test('a change in the spool is told of, however its word is cut on the way', async () => {
  const agent = await installAgent(saying(Buffer.from('alive\nchan'), Buffer.from('ged\n')), '/w', [])
  let told = 0
  agent.follow(() => {
    told += 1
  })
  await eventually(() => told).toBe(1)
})
