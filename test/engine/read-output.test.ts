import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lineBatches } from '../../electron/engine/lines.ts'
import { readOutput } from '../../electron/engine/read-output.ts'
import { fixture as nwchem } from '../shared/programs/nwchem/fixtures.ts'
import { errorEnd, geometry, head, optimisation, scf } from '../shared/programs/orca/texts.ts'
import { fixtures, fixture as xtb } from '../shared/programs/xtb/fixtures.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'larmor-outputs-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The name says nothing on purpose. */
async function read(content: string | Buffer, name = 'calc-17.txt') {
  const path = join(folder, name)
  writeFileSync(path, content)
  const { program, reading } = await readOutput(path)
  return { program: program?.id ?? null, ...reading }
}

const energy = xtb('energy').output
const complete = optimisation()

describe('knows by its content what wrote an output', () => {
  it.each(['water-energy', 'killed', 'memory-not-there', 'empty', 'title-of-traps'])('NWChem: %s', async name => {
    expect((await read(nwchem(name).output)).program).toBe('nwchem')
  })
  it.each(fixtures)('xtb: %s', async name => expect((await read(xtb(name).output)).program).toBe('xtb'))
  it('ORCA, whatever stands before it', async () => {
    expect(await read(`Loading orca/6.0\nUnloading openmpi\n${complete}`)).toMatchObject({
      program: 'orca',
      outcome: 'completed',
    })
  })
  it('lines keep their numbers', async () => {
    const text = `one\ntwo\n${complete}`
    const { evidence } = await read(text)
    expect(text.split('\n')[(evidence[0]?.line ?? 0) - 1]).toContain('****ORCA TERMINATED NORMALLY****')
  })
  it.each([
    ['gaussian', ' Entering Gaussian System, Link 0=g16\n Normal termination of Gaussian 16 at Mon\n'],
    ['psi4', '          Psi4: An Open-Source Ab Initio Electronic Structure Package\n*** Psi4 exiting successfully.\n'],
    ['crest', `       |                 C R E S T                  |\n${energy}\n CREST terminated normally.\n`],
    [
      'crest',
      `       ╔════════╗\n       ║  Conformer-Rotamer Ensemble Sampling Tool  ║\n Command line input:\n $ crest a.xyz --gfn2\n${energy}`,
    ],
    ['molpro', '                                         ***  PROGRAM SYSTEM MOLPRO  ***\n'],
    ['turbomole', ' dscf (node1) : TURBOMOLE rev. V7.5.1 compiled 4 Feb 2021 at 15:01:01\n'],
    ['gamess', '          *         GAMESS VERSION = 30 SEP 2018 (R3)          *\n'],
    ['qchem', '                  Welcome to Q-Chem\n *  Thank you very much for using Q-Chem.  Have a nice day.  *\n'],
    ['cp2k', ' CP2K| version string:                                          CP2K version 9.1\n'],
  ])('%s is named, and unknown', async (program, text) => {
    const reading = await read(text)
    expect(reading).toMatchObject({ program, outcome: 'unknown', category: null })
    expect(reading.reason).toContain('does not read')
    expect(reading.evidence).toHaveLength(1)
  })
})

describe('two programs', () => {
  it('one after the other are named, and nothing is guessed', async () => {
    const reading = await read(complete + energy)
    expect(reading).toMatchObject({ program: 'orca', outcome: 'unknown', reason: expect.stringContaining('xtb') })
    expect(reading.evidence.map(({ text }) => text)).toEqual([
      '* O   R   C   A *',
      '|                           x T B                           |',
    ])
  })
  it('of which one runs the other are one', async () => {
    const inside = complete.replace('SCF ITERATIONS', `SCF ITERATIONS\n${energy}`)
    expect(await read(inside)).toMatchObject({ program: 'orca', outcome: 'completed' })
  })
  it('a name in an echoed input is none', async () => {
    const title = nwchem('water-energy').output.replace(
      'title "',
      'title "\n Entering Gaussian System\n* O   R   C   A *\n',
    )
    expect(await read(title)).toMatchObject({ program: 'nwchem', outcome: 'completed' })
  })
})

describe('whatever it holds', () => {
  const junk = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 7919 + (i >> 3)) & 255))
  const wide = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(complete, 'utf16le')])
  const damaged = gzipSync(complete)
  damaged.fill(0x55, 200, 260)
  it.each([
    ['nothing', '', null, 'unknown'],
    ['one line end', '\n', null, 'unknown'],
    ['binary junk', junk, null, 'unknown'],
    ['a novel', 'It was an error, she said, and the calculation failed to converge.\n'.repeat(1000), null, 'unknown'],
    ['gzip, whatever its name', gzipSync(complete), 'orca', 'completed'],
    [
      'gzip in two members',
      Buffer.concat([gzipSync(complete.slice(0, 999)), gzipSync(complete.slice(999))]),
      'orca',
      'completed',
    ],
    ['gzip that was cut', gzipSync(complete).subarray(0, 700), 'orca', 'truncated'],
    ['gzip that is damaged', damaged, null, 'unknown'],
    ['UTF-16, as PowerShell writes it', wide, 'orca', 'completed'],
    ['UTF-8 with a mark', `\ufeff${complete}`, 'orca', 'completed'],
    ['Latin-1', Buffer.from(complete.replace('larmor.inp', 'Bäckström.inp'), 'latin1'), 'orca', 'completed'],
    ['line ends of Windows', complete.replaceAll('\n', '\r\n'), 'orca', 'completed'],
    ['no line end at its end', complete.trimEnd(), 'orca', 'completed'],
    ['escapes and HTML', `\u001b[31m<script>alert(1)</script>\n${complete}`, 'orca', 'completed'],
    ['NULs at its end, as after a crash', complete + '\0'.repeat(5000), 'orca', 'completed'],
    ['NULs in place of its end', head() + geometry() + '\0'.repeat(5000), 'orca', 'truncated'],
  ])('%s', async (_, content, program, outcome) => {
    expect(await read(content)).toMatchObject({ program, outcome, category: null })
  })

  it('an output that grows while it is read is read as far as it was', async () => {
    const path = join(folder, 'growing.out')
    writeFileSync(path, `${head()}${geometry()}${scf(9, -76).repeat(4000)}`)
    const lines: string[] = []
    let appended = 0
    for await (const batch of lineBatches(path)) {
      appendFileSync(path, scf(9, -76).repeat(200))
      appended += 1
      lines.push(...batch)
    }
    expect(appended).toBeGreaterThan(3)
    expect(lines.length).toBeLessThan(readFileSync(path, 'utf8').split('\n').length)
    expect((await readOutput(path)).reading.outcome).toBe('truncated')
    appendFileSync(path, errorEnd('SCF'))
    expect((await readOutput(path)).reading.outcome).toBe('failed')
  })

  it('a hole of 3 GB is passed over in little memory', async () => {
    const path = join(folder, 'sparse.out')
    writeFileSync(path, head() + geometry())
    truncateSync(path, 3 * 2 ** 30)
    utimesSync(path, new Date(), new Date())
    const before = process.memoryUsage().rss
    let most = 0
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss)
    }, 50)
    const { program, reading } = await readOutput(path)
    clearInterval(watch)
    expect(program?.id).toBe('orca')
    expect(reading.outcome).toBe('truncated')
    expect((most - before) / 1e6).toBeLessThan(150)
    rmSync(path)
  }, 240_000)
})
