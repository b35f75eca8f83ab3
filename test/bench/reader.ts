import { createReadStream } from 'node:fs'
import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { lineBatches } from '../../electron/engine/lines.ts'
import { programs } from '../../shared/programs/index.ts'
import type { Measurement } from './measurement.ts'

const MEGABYTES = 100

/** A NWChem output of 100 MB (a real one, many times over), read as the engine reads it, against counting its newlines. */
export async function measureReader(): Promise<readonly Measurement[]> {
  const folder = await mkdtemp(join(tmpdir(), 'larmor-bench-'))
  try {
    const path = join(folder, 'nwchem.out')
    await writeLarge(path)
    const counting = await seconds(() => countNewlines(path))
    const before = process.memoryUsage().rss
    const reading = await seconds(() => readAll(path))
    const grown = (process.memoryUsage().rss - before) / 1e6
    const ratio = reading / counting
    return [
      {
        what: 'reading an output of 100 MB (NWChem), over counting its newlines',
        measured: ratio,
        budget: 4,
        unit: 'times',
        met: ratio <= 4,
        beside: {
          reading_s: reading,
          counting_s: counting,
          megabytes_per_s: MEGABYTES / reading,
          memory_grown_mb: grown,
        },
      },
    ]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function writeLarge(path: string): Promise<void> {
  const fixture = fileURLToPath(new URL('../../test/fixtures/nwchem/methanol-production.out.gz', import.meta.url))
  const output = gunzipSync(await readFile(fixture))
  const file = await open(path, 'w')
  for (let bytes = 0; bytes < MEGABYTES * 1e6; bytes += output.length) await file.write(output)
  await file.close()
}

async function countNewlines(path: string): Promise<number> {
  let lines = 0
  for await (const chunk of createReadStream(path)) for (const byte of chunk as Buffer) if (byte === 10) lines += 1
  return lines
}

async function readAll(path: string): Promise<void> {
  const reader = programs.nwchem.reader(null)
  for await (const lines of lineBatches(path)) for (const line of lines) reader.line(line, 'nwchem.out')
  reader.reading()
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}
