import type { Printed } from '../../../../shared/schedulers/index.ts'
import { type Running, Unreachable } from './transport.ts'

/** So much of what a command says of its errors is kept, in characters. */
export const MOST_ERROR_TEXT = 65_536

/** What a command printed, once it has ended. */
export async function printed({ out, done }: Running, maxBytes?: number): Promise<Printed> {
  const bytes = await allOf(out, maxBytes)
  return { ...(await done), out: bytes.toString('utf8') }
}

/** All that comes out; more than `maxBytes` (default 16 MB) is a lost line, never a cut answer. */
export async function allOf(
  out: AsyncIterable<unknown> & { destroy(): unknown },
  maxBytes = 16 << 20,
): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of out as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxBytes) {
      out.destroy()
      throw new Unreachable(`the answer is longer than ${maxBytes} bytes`)
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
