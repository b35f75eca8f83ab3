import { join } from 'node:path'
import { expect, test } from 'vitest'
import { attach } from '../../../electron/engine/socket/client.ts'
import { listen } from '../../../electron/engine/socket/server.ts'
import { startInProcess } from '../in-process.ts'

test('an engine that has just ended is asked to end, which it has', async () => {
  const larmor = await startInProcess()
  const path = join(larmor.home, 'socket')
  const server = await listen(path, larmor.engine, () => {})
  const host = await attach(path)
  await server.close()
  await host.closed
  const unhandled: unknown[] = []
  const note = (error: unknown) => unhandled.push(error)
  process.on('unhandledRejection', note)
  await host.shutdown()
  await larmor.stop() // longer than a turn of the event loop, after which it would have been reported
  process.off('unhandledRejection', note)
  expect(unhandled).toEqual([])
})
