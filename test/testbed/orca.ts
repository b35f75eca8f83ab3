import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  convergence,
  cycle,
  errorEnd,
  finalEnergy,
  frequencies,
  geometry,
  head,
  mulliken,
  normalEnd,
  notConverged,
  scf,
  shieldings,
} from '../shared/programs/orca/texts.ts'

/**
 * Stands in for ORCA, which may not be passed on: reads its input as the manual says, computes a molecule of springs,
 * keeps what it computed in .gbw and .xyz files, prints ORCA's format, and fails where ORCA would: on words that it does
 * not know, too few iterations or cycles, too little memory, too many processes, atoms in a line, orbitals that are gone.
 * orca-stand-in.ts installs it. Beside the script it writes each call into calls.jsonl; a file named fail there holds words:
 * of an input with one of them the SCF does not converge. While a file named hold lies there, only as many calls go on
 * as it says.
 */
type Atom = readonly [element: string, x: number, y: number, z: number]

const KNOWN =
  /^(b3lyp|b3lyp\/g|pbe0|hf|wb97x-d3|6-31g\*|6-311\+g\(2d,p\)|def2-svp|opt|copt|freq|nmr|tightscf|slowconv|veryslowconv|moread|cpcm\(\w+\)|dlpno-ccsd\(t\)|pal\d+)$/
const RADIUS: Readonly<Record<string, number>> = { H: 0.31, C: 0.76, N: 0.71, O: 0.66, Si: 1.11 }
const ALONE: Readonly<Record<string, number>> = { H: -0.5, C: -37.8, N: -54.6, O: -75.1, Si: -289.4 }
const SPRING = 0.3
/** MB that each process wants. */
const WANTED_MB = 300

const [path = ''] = process.argv.slice(2)
if (path === '--version') {
  process.stdout.write('Program Version 5.0.4 -  RELEASE  -\n')
  process.exit(0)
}
const base = path.replace(/\.inp$/, '')
const text = readFileSync(path, 'utf8')
const here = dirname(fileURLToPath(import.meta.url))
const failing = existsSync(join(here, 'fail')) ? readFileSync(join(here, 'fail'), 'utf8').split('\n') : []
const isToFail = failing.some(word => word !== '' && text.includes(word))
const call = { words: /^! (.*)$/m.exec(text)?.[1] ?? '', title: /^# (.*)$/m.exec(text)?.[1] ?? '', fails: isToFail }
appendFileSync(join(here, 'calls.jsonl'), `${JSON.stringify(call)}\n`)
const pause = new Int32Array(new SharedArrayBuffer(4))
const nth = readFileSync(join(here, 'calls.jsonl'), 'utf8').split('\n').length - 1
while (!mayGoOn()) Atomics.wait(pause, 0, 0, 50)

const print = (...texts: readonly string[]) => process.stdout.write(texts.join(''))
const fail = (...texts: readonly string[]): never => {
  print(...texts)
  process.exit(64)
}

print(head({ input: text.split('\n') }))
for (const job of text.split(/^\s*\$new_job.*$/im)) compute(job)
print(normalEnd)

function mayGoOn(): boolean {
  try {
    return nth <= Number(readFileSync(join(here, 'hold'), 'utf8'))
  } catch {
    return true
  }
}

function compute(job: string): void {
  const code = job.replaceAll(/#.*/g, '')
  const words = [...code.matchAll(/^\s*!(.*)$/gm)].flatMap(([, line = '']) => line.toLowerCase().trim().split(/\s+/))
  const unknown = words.find(word => !KNOWN.test(word))
  if (unknown) {
    fail(
      '                                 INPUT ERROR\n            UNRECOGNIZED OR DUPLICATED KEYWORD(S) IN SIMPLE INPUT LINE\n',
      `             ${unknown.toUpperCase()}   \n[file orca_main/maininp4.cpp, line 8728]: \n`,
    )
  }
  const last = (pattern: RegExp, otherwise: number) => Number([...code.matchAll(pattern)].at(-1)?.[1] ?? otherwise)
  const processes = last(/%pal\s+nprocs\s+(\d+)/gi, 1)
  const maxcore = last(/%maxcore\s+(\d+)/gi, 4096)
  const iterations = last(/%scf\s+MaxIter\s+(\d+)/gi, 125)
  const most = last(/%geom\s+MaxIter\s+(\d+)/gi, 100)
  const orbitals = /%moinp\s+"([^"]+)"/i.exec(code)?.[1]
  let atoms = structure(code)

  if (words.includes('moread') && !existsSync(orbitals ?? '')) {
    fail(`Error (ORCA_GUESS): Cannot open input file ${orbitals}\n`, errorEnd('GUESS'))
  }
  if (maxcore < WANTED_MB) {
    fail(
      ' Error  (ORCA_SCF): Not enough memory available!\n',
      `       ====>        Please increase MaxCore to more than:          ${WANTED_MB} MB\n`,
      errorEnd('SCF'),
    )
  }
  const pairs = atoms.length
  if (words.some(word => word.startsWith('dlpno')) && processes > pairs) {
    fail(
      `Error (ORCA_MDCI): Number of processes (${processes}) in parallel calculation exceeds number of pairs (${pairs})\n`,
      errorEnd('MDCI'),
    )
  }
  const needed = words.includes('moread') ? 5 : 12

  function single(): number {
    const { energy } = springs(atoms)
    const done = iterations >= needed && !isToFail
    print(geometry(atoms), scf(done ? needed : iterations, energy, done))
    if (!done) fail(errorEnd('SCF'))
    print(mulliken(atoms.map(([element]) => [element, 0] as const)), finalEnergy(energy))
    return energy
  }

  if (words.includes('opt') || words.includes('copt')) {
    if (!words.includes('copt') && isInLine(atoms)) {
      print(cycle(1))
      single()
      fail('Error (ORCA_GSTEP): The lambda equations have not converged\n', errorEnd('GSTEP'))
    }
    let converged = false
    for (let n = 1; n <= most && !converged; n++) {
      print(cycle(n))
      single()
      const { gradient } = springs(atoms)
      const largest = Math.max(...gradient.flat().map(Math.abs))
      converged = largest < 3e-4
      print(convergence(largest, converged))
      if (!converged) atoms = atoms.map(([element, ...at], i) => moved(element, at, gradient[i] as number[]))
    }
    if (!converged) print(notConverged)
    else single()
    writeFileSync(`${base}.xyz`, `${atoms.length}\n\n${atoms.map(atom => atom.join(' ')).join('\n')}\n`)
    if (!converged) return
  } else single()
  writeFileSync(`${base}.gbw`, JSON.stringify(atoms))
  if (words.includes('freq')) print(frequencies([0, 0, 0, 0, 0, 0, ...atoms.slice(2).map((_, i) => 900 + 10 * i)]))
  if (words.includes('nmr')) print(shieldings(atoms.map(([element], i) => [i, element, sigma(atoms, i)] as const)))
}

function structure(code: string): readonly Atom[] {
  const file = /^\s*\*\s*xyzfile\s+-?\d+\s+\d+\s+(\S+)/im.exec(code)?.[1]
  const rows = file
    ? readFileSync(file, 'utf8').trim().split('\n').slice(2)
    : (/^\s*\*\s*xyz\s+-?\d+\s+\d+\s*\n([\s\S]*?)^\s*\*\s*$/im.exec(code)?.[1] ?? '').trim().split('\n')
  return rows.map(row => {
    const [element = '', x, y, z] = row.trim().split(/\s+/)
    return [element, Number(x), Number(y), Number(z)] as const
  })
}

/** Hartree, and its derivative by each position: a spring for each bond. */
function springs(atoms: readonly Atom[]): { readonly energy: number; readonly gradient: readonly number[][] } {
  const gradient = atoms.map(() => [0, 0, 0])
  let energy = atoms.reduce((sum, [element]) => sum + (ALONE[element] ?? -100), 0)
  for (const [i, [a, ...p]] of atoms.entries()) {
    for (const [j, [b, ...q]] of atoms.entries()) {
      const r0 = (RADIUS[a] ?? 1) + (RADIUS[b] ?? 1)
      const r = Math.hypot(...p.map((x, k) => x - (q[k] as number)))
      if (j <= i || r > 1.3 * r0) continue
      energy += SPRING * (r - r0) ** 2
      for (const k of [0, 1, 2]) {
        const push = (2 * SPRING * (r - r0) * ((p[k] as number) - (q[k] as number))) / r
        ;(gradient[i] as number[])[k] = (gradient[i]?.[k] ?? 0) + push
        ;(gradient[j] as number[])[k] = (gradient[j]?.[k] ?? 0) - push
      }
    }
  }
  return { energy, gradient }
}

function moved(element: string, at: readonly number[], by: readonly number[]): Atom {
  const [x = 0, y = 0, z = 0] = at.map((value, k) => Math.round((value - 0.4 * (by[k] ?? 0)) * 1e8) / 1e8)
  return [element, x, y, z]
}

/** By the element, and by what is near: equal atoms have equal shieldings. */
function sigma(atoms: readonly Atom[], of: number): number {
  const [element, ...at] = atoms[of] as Atom
  const near = atoms.filter((other, i) => {
    const [name, ...there] = other
    return (
      i !== of &&
      Math.hypot(...at.map((x, k) => x - (there[k] as number))) < 1.3 * ((RADIUS[element] ?? 1) + (RADIUS[name] ?? 1))
    )
  })
  const shift = near.reduce((sum, [name]) => sum + (name === 'O' ? 4 : name === 'Si' ? -1 : 0), 0)
  return (element === 'H' ? 31.5 : element === 'C' ? 185 : 300) - (element === 'H' ? shift / 4 : 12 * shift)
}

function isInLine(atoms: readonly Atom[]): boolean {
  return atoms.length > 3 && atoms.filter(([element]) => element === 'C').every(([, , y, z]) => Math.hypot(y, z) < 1e-6)
}
