import { spawnSync } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { lineBatches } from '../../electron/engine/lines.ts'
import { resourcesFolder } from '../../electron/resources-folder.ts'
import { programs } from '../../shared/programs/index.ts'
import * as orca from '../shared/programs/orca/texts.ts'
import type { Measurement } from './measurement.ts'

const MEGABYTES = 100

/** Optimisations of 100 MB, cycle after cycle, read as the engine reads them, against counting their newlines. */
export async function measureReader(): Promise<readonly Measurement[]> {
  const folder = await mkdtemp(join(tmpdir(), 'larmor-bench-'))
  try {
    const measured: Measurement[] = []
    for (const program of ['orca', 'nwchem'] as const) {
      const path = join(folder, `${program}.out`)
      await writeLarge(path, await pieces[program]())
      measured.push(await measureOne(program, path))
    }
    return measured
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function measureOne(program: keyof typeof pieces, path: string): Promise<Measurement> {
  // Of both the time on a core, alternately, and the best of each: what else the machine does is not measured.
  const counting: number[] = []
  const searching: number[] = []
  const reading: number[] = []
  for (let i = 0; i < 5; i++) {
    counting.push(await seconds(() => countNewlines(path)))
    searching.push(await seconds(() => findNewlines(path)))
    reading.push(await seconds(() => readAll(program, path)))
  }
  const ratio = Math.min(...reading) / Math.min(...counting)
  const memory_mb = memoryOf(path)
  return {
    what: `reading an optimisation of 100 MB (${programs[program].label}), over counting its newlines`,
    measured: ratio,
    budget: 4,
    unit: 'times',
    met: ratio <= 4 && memory_mb < 150,
    beside: {
      reading_s: Math.min(...reading),
      counting_s: Math.min(...counting),
      /** The fastest that Node has, a search for one byte in native code. */
      searching_s: Math.min(...searching),
      megabytes_per_s: MEGABYTES / Math.min(...reading),
      /** Of a whole process, `larmor classify`: at most 150. */
      memory_mb,
    },
  }
}

/**
 * The most that the terminal takes to read this file, in MB. Linux counts what the process was forked from as well, the
 * whole bench, in its maxRSS; VmHWM is of the program alone.
 */
function memoryOf(path: string): number {
  const tell = `import { readFileSync } from 'node:fs'
    process.on('exit', () => {
      let kb = process.resourceUsage().maxRSS
      try { kb = /VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1] } catch {}
      process.stderr.write('rss ' + kb)
    })`
  const cli = join(resourcesFolder, '..', 'out', 'electron', 'cli.js')
  const { stderr, stdout } = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(tell)}`, cli, 'classify', path],
    { encoding: 'utf8' },
  )
  if (!stdout.includes('completed')) throw new Error(`read as ${stdout}${stderr}`)
  return Number(/rss (\d+)/.exec(stderr)?.[1]) / 1024
}

/** An output as its beginning, one cycle, and its end. */
interface Pieces {
  readonly head: string
  readonly cycle: string
  readonly end: string
}

const pieces = {
  async orca(): Promise<Pieces> {
    const atoms = Array.from({ length: 60 }, (_, i) => [i % 3 === 0 ? 'C' : 'H', i * 1.1, -i * 0.7, i * 0.3] as const)
    const matrix = Array.from({ length: 900 }, (_, i) => {
      const row = Array.from({ length: 6 }, (_, k) =>
        (((i * 7919 + k * 104729) % 2000) / 1000 - 1).toFixed(6).padStart(11),
      )
      return `${String(i % 300).padStart(7)}   ${row.join('')}`
    }).join('\n')
    const charges = atoms.map(([name], i) => [name, ((i * 37) % 100) / 500] as const)
    const cycle =
      orca.cycle(1) +
      orca.geometry(atoms) +
      orca.scf(14, -382.05) +
      `${matrix}\n` +
      orca.mulliken(charges) +
      orca.finalEnergy(-382.055) +
      orca.convergence(0.001, false)
    return { head: orca.head(), cycle, end: orca.convergence(0.0001, true) + orca.normalEnd }
  },
  /** A real output, all its optimisation cycles many times over. */
  async nwchem(): Promise<Pieces> {
    const fixture = fileURLToPath(new URL('../../test/fixtures/nwchem/methanol-production.out.gz', import.meta.url))
    const text = gunzipSync(await readFile(fixture)).toString('utf8')
    const from = text.indexOf('\n@    0')
    const to = text.indexOf('      Optimization converged')
    return { head: text.slice(0, from), cycle: text.slice(from, to), end: text.slice(to) }
  },
}

async function writeLarge(path: string, { head, cycle, end }: Pieces): Promise<void> {
  const file = await open(path, 'w')
  await file.write(head)
  let bytes = head.length
  for (; bytes < MEGABYTES * 1e6; bytes += cycle.length) await file.write(cycle)
  await file.write(end)
  await file.close()
}

/** As anyone would write it. */
async function countNewlines(path: string): Promise<number> {
  let lines = 0
  for await (const chunk of createReadStream(path)) {
    const bytes = chunk as Buffer
    for (let i = 0; i < bytes.length; i++) if (bytes[i] === 10) lines += 1
  }
  return lines
}

async function findNewlines(path: string): Promise<number> {
  let lines = 0
  for await (const chunk of createReadStream(path)) {
    const bytes = chunk as Buffer
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines += 1
  }
  return lines
}

async function readAll(program: keyof typeof pieces, path: string): Promise<void> {
  const reader = programs[program].reader(null)
  for await (const lines of lineBatches(path)) reader.lines(lines, 'a.out')
  const { outcome, result } = reader.reading()
  if (outcome !== 'completed' || result.energy_hartree === null) throw new Error(`read as ${outcome}`)
}

/** Seconds on a core, of all threads of this process. */
async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1e6
}
