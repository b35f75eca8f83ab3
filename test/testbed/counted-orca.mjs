#!/usr/bin/env node
/**
 * Stands in for ORCA where hundreds of its jobs are wanted at once, and which it was called for: orca.ts is nearer to ORCA,
 * and slower. It reads the input it is given, prints what
 * ORCA prints of such a calculation (its figures are made up from the coordinates), and writes each call into calls.jsonl
 * beside itself. A file named fail beside it holds words: an input with one of them ends in an SCF that does not converge.
 * Nothing goes on while a file named hold lies beside it.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const input = readFileSync(process.argv[2], 'utf8')
const words = /^! (.*)$/m.exec(input)?.[1] ?? ''
const title = /^# (.*)$/m.exec(input)?.[1] ?? ''
const atoms = [...input.matchAll(/^\s+([A-Z][a-z]?)\s+(-?\d+\.\d+)\s+(-?\d+\.\d+)\s+(-?\d+\.\d+)$/gm)].map(
  ([, element, ...at]) => [element, ...at.map(Number)],
)
const fail = join(here, 'fail')
const fails =
  existsSync(fail) &&
  readFileSync(fail, 'utf8')
    .split('\n')
    .some(word => word !== '' && input.includes(word))
appendFileSync(join(here, 'calls.jsonl'), `${JSON.stringify({ words, title, atoms: atoms.length, fails })}\n`)

const pause = new Int32Array(new SharedArrayBuffer(4))
while (existsSync(join(here, 'hold'))) Atomics.wait(pause, 0, 0, 50)

const say = text => process.stdout.write(`${text}\n`)
say(`
                                 *****************
                                 * O   R   C   A *
                                 *****************

                         Program Version 6.0.1  -  RELEASE  -


================================================================================
                                       INPUT FILE
================================================================================
NAME = ${process.argv[2]}
${input
  .trimEnd()
  .split('\n')
  .map((line, i) => `|${String(i + 1).padStart(3)}> ${line}`)
  .join('\n')}
|999>                          ****END OF INPUT****
================================================================================
`)
if (/\bOpt\b/.test(words)) {
  say(`
         *************************************************************
         *                GEOMETRY OPTIMIZATION CYCLE   1            *
         *************************************************************
`)
}
say(`---------------------------------
CARTESIAN COORDINATES (ANGSTROEM)
---------------------------------
${atoms.map(([element, ...at]) => `  ${element.padEnd(2)} ${at.map(x => x.toFixed(6).padStart(13)).join('')}`).join('\n')}
`)
say(`--------------
SCF ITERATIONS
--------------
ITER       Energy         Delta-E        Max-DP      RMS-DP      [F,P]     Damp
  0   -100.000000000000   0.000000000000 0.00418113  0.00024063  0.0104312 0.7000
               *****************************************************
               *                     ${fails ? ' ERROR ' : 'SUCCESS'}                       *
               *${`           SCF ${fails ? 'NOT ' : ''}CONVERGED AFTER   9 CYCLES`.padEnd(51)}*
               *****************************************************
`)
if (fails) {
  say('ORCA finished by error termination in SCF')
  process.exit(55)
}
say(`-------------------------   --------------------
FINAL SINGLE POINT ENERGY ${(-100 - atoms.length).toFixed(12).padStart(22)}
-------------------------   --------------------
`)
if (/\bOpt\b/.test(words)) {
  say(`
                    ***********************HURRAY********************
                    ***        THE OPTIMIZATION HAS CONVERGED     ***
                    *************************************************
`)
}
if (/\bNMR\b/.test(words)) {
  const rows = atoms.map(([element, x], i) => {
    const sigma = (element === 'H' ? 29 : 150) - x - i / 10
    return `${String(i).padStart(7)}       ${element.padEnd(2)}${sigma.toFixed(3).padStart(16)}         31.415 `
  })
  say(`--------------------------------
CHEMICAL SHIELDING SUMMARY (ppm)
--------------------------------


  Nucleus  Element    Isotropic     Anisotropy
  -------  -------  ------------   ------------
${rows.join('\n')}


`)
}
say(`                             ****ORCA TERMINATED NORMALLY****
TOTAL RUN TIME: 0 days 0 hours 0 minutes 0 seconds 456 msec`)
