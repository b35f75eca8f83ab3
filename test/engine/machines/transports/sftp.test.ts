import { EventEmitter } from 'node:events'
import type { SFTPWrapper } from 'ssh2'
import { expect, test } from 'vitest'
import { allOf, CommandFailed, Unreachable } from '../../../../electron/engine/machines/transports/index.ts'
import { sftpFiles } from '../../../../electron/engine/machines/transports/sftp.ts'

/** A server that opens no file, with this status, or that is gone. */
function answering(message: string, code?: number) {
  const error = Object.assign(new Error(message), code === undefined ? {} : { code })
  const open = (_path: string, _how: string, done: (error: Error) => void) => done(error)
  return sftpFiles(Object.assign(new EventEmitter(), { open }) as unknown as SFTPWrapper, () => {})
}

test('of a file that has gone away nothing comes, as of one that is empty: its sum tells', async () => {
  expect(await allOf(answering('No such file', 2).read('/w/jobs/r1.a.1/gone', 0))).toHaveLength(0)
})

test.each([
  ['Permission denied', 3, true],
  ['Failure', 4, true],
  ['Connection lost', 7, false],
  ['No response from server', undefined, false],
])('%s: whether the line holds', async (message, code, holds) => {
  const error = await allOf(answering(message, code).read('/w/jobs/r1.a.1/out', 0)).catch(thrown => thrown)
  expect(error).toBeInstanceOf(Unreachable)
  expect(error instanceof CommandFailed).toBe(holds)
  expect(error.message).toBe(`/w/jobs/r1.a.1/out did not pass by SFTP: ${message}`)
})
