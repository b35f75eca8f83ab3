import { once } from 'node:events'
import { expect, test } from 'vitest'
import { Unreachable } from '../../../../electron/engine/machines/transports/index.ts'
import { sh } from '../../../../shared/sh.ts'
import { startSshd } from '../../../testbed/sshd.ts'
import { WAYS } from './ways.ts'

test.concurrent.each(WAYS)(
  'a line by $by that falls silent is found to be lost, though nothing closes it',
  async ({ open }) => {
    const sshd = await startSshd()
    try {
      const session = await open(sshd)
      const asked = session.exec(sh`echo in; sleep 600`)
      asked.catch(() => {})
      expect((await session.exec(sh`echo in`)).out).toBe('in\n')
      sshd.freeze()
      await expect(asked).rejects.toBeInstanceOf(Unreachable)
      // The command's own process may end a moment before the one that holds the line.
      if (!session.lost.aborted) await once(session.lost, 'abort')
      await expect(session.exec(sh`true`)).rejects.toBeInstanceOf(Unreachable)
      await session.close()
    } finally {
      await sshd.stop()
    }
  },
)
