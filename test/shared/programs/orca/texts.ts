/** Short outputs in ORCA's true format, written for these tests; figures are made up. */

export interface OrcaText {
  readonly version?: string
  /** Lines of the echoed input. */
  readonly input?: readonly string[]
}

export function head({ version = '5.0.4', input = ['! B3LYP def2-SVP Opt', '* xyz 0 1', '*'] }: OrcaText = {}): string {
  const echo = [...input, '', '                         ****END OF INPUT****']
  return `
                                 *****************
                                 * O   R   C   A *
                                 *****************

                         Program Version ${version} -  RELEASE  -


================================================================================
                                       INPUT FILE
================================================================================
NAME = larmor.inp
${echo.map((line, i) => `|${String(i + 1).padStart(3)}> ${line}`).join('\n')}
================================================================================

`
}

export const WATER = [
  ['O', 0, 0, 0.1173],
  ['H', 0, 0.7572, -0.4692],
  ['H', 0, -0.7572, -0.4692],
] as const

export function cycle(n: number): string {
  return `
         *************************************************************
         *                GEOMETRY OPTIMIZATION CYCLE ${String(n).padStart(3)}            *
         *************************************************************
`
}

export function geometry(atoms: readonly (readonly [string, number, number, number])[] = WATER): string {
  const rows = atoms.map(([name, ...at]) => `  ${name.padEnd(2)} ${at.map(x => x.toFixed(6).padStart(13)).join('')}`)
  return `---------------------------------
CARTESIAN COORDINATES (ANGSTROEM)
---------------------------------
${rows.join('\n')}

----------------------------
CARTESIAN COORDINATES (A.U.)
----------------------------
  NO LB      ZA    FRAG     MASS         X           Y           Z
   0 O     8.0000    0    15.999    0.000000    0.000000    0.221665

`
}

export function scf(cycles: number, energy: number, converged = true): string {
  const rows = Array.from({ length: cycles }, (_, i) => {
    const at = (energy + 10 ** -i).toFixed(12).padStart(20)
    return `${String(i).padStart(3)} ${at}   0.000000000000 0.00418113  0.00024063  0.0104312 0.7000`
  })
  return `--------------
SCF ITERATIONS
--------------
ITER       Energy         Delta-E        Max-DP      RMS-DP      [F,P]     Damp
               ***  Starting incremental Fock matrix formation  ***
${rows.join('\n')}

               *****************************************************
               *                     ${converged ? 'SUCCESS' : ' ERROR '}                       *
               *${`${converged ? '           SCF CONVERGED' : '           SCF NOT CONVERGED'} AFTER ${String(cycles).padStart(3)} CYCLES`.padEnd(51)}*
               *****************************************************

`
}

export function mulliken(charges: readonly (readonly [string, number])[], spins = false): string {
  const rows = charges.map(
    ([name, charge], i) =>
      `${String(i).padStart(4)} ${name.padEnd(2)}:${charge.toFixed(6).padStart(12)}${spins ? '    0.000100' : ''}`,
  )
  const title = `MULLIKEN ATOMIC CHARGES${spins ? ' AND SPIN POPULATIONS' : ''}`
  return `${'-'.repeat(title.length)}
${title}
${'-'.repeat(title.length)}
${rows.join('\n')}
Sum of atomic charges:   -0.0000000

`
}

export function finalEnergy(energy: number, note = ''): string {
  return `-------------------------   --------------------
FINAL SINGLE POINT ENERGY ${energy.toFixed(12).padStart(22)}${note}
-------------------------   --------------------

`
}

export function convergence(gradient: number, done: boolean): string {
  return `
                                .--------------------.
          ----------------------|Geometry convergence|-------------------------
          Item                value                   Tolerance       Converged
          ---------------------------------------------------------------------
          RMS gradient        ${(gradient / 3).toFixed(10)}            0.0001000000      NO
          MAX gradient        ${gradient.toFixed(10)}            0.0003000000      ${done ? 'YES' : 'NO'}
          RMS step            0.0029000000            0.0020000000      NO
          ........................................................
          Max(Bonds)      0.0031      Max(Angles)    0.38
          ---------------------------------------------------------------------
${
  done
    ? `
                    ***********************HURRAY********************
                    ***        THE OPTIMIZATION HAS CONVERGED     ***
                    *************************************************
`
    : `
The optimization has not yet converged - more geometry cycles are needed
`
}`
}

export const notConverged = `
       The optimization did not converge but reached the maximum number of
       optimization cycles.
       Please check your results very carefully.

`

export function shieldings(rows: readonly (readonly [n: number, element: string, sigma: number])[]): string {
  const lines = rows.map(
    ([n, element, sigma]) =>
      `${String(n).padStart(7)}       ${element.padEnd(2)}${sigma.toFixed(3).padStart(16)}         31.415 `,
  )
  return `
--------------------------------
CHEMICAL SHIELDING SUMMARY (ppm)
--------------------------------


  Nucleus  Element    Isotropic     Anisotropy
  -------  -------  ------------   ------------
${lines.join('\n')}



`
}

export function frequencies(values: readonly number[]): string {
  const rows = values.map(
    (value, i) =>
      `${String(i).padStart(4)}:${value.toFixed(2).padStart(14)} cm**-1${value < 0 ? ' ***imaginary mode***' : ''}`,
  )
  return `-----------------------
VIBRATIONAL FREQUENCIES
-----------------------

Scaling factor for frequencies =  1.000000000  (already applied!)

${rows.join('\n')}


------------
NORMAL MODES
------------

`
}

const dipole = `-------------
DIPOLE MOMENT
-------------
                                X             Y             Z
Total Dipole Moment    :      0.00000       0.00000      -0.84000
                        -----------------------------------------
Magnitude (a.u.)       :      0.84000
Magnitude (Debye)      :      2.13510

`

export const normalEnd = `
Timings for individual modules:

Sum of individual times         ...       26.676 sec (=   0.445 min)
                             ****ORCA TERMINATED NORMALLY****
TOTAL RUN TIME: 0 days 1 hours 2 minutes 3 seconds 456 msec
`

export function errorEnd(module: string): string {
  return `
ORCA finished by error termination in ${module}
Calling Command: mpirun -np 4  /opt/orca/orca_${module.toLowerCase()}_mpi larmor.gbw b larmor 
[file orca_tools/qcmsg.cpp, line 458]: 
  .... aborting the run

`
}

/** An optimisation of water in `cycles` cycles. */
export function optimisation(cycles = 3, converged = true, version = '5.0.4'): string {
  const steps = Array.from({ length: cycles }, (_, i) => {
    const done = converged && i === cycles - 1
    const energy = -76.3 - i / 1000
    return cycle(i + 1) + geometry() + scf(9 - i, energy) + finalEnergy(energy) + convergence(0.01 / (i + 1), done)
  })
  const last = converged
    ? geometry() +
      scf(3, -76.4) +
      mulliken([
        ['O', -0.6],
        ['H', 0.3],
        ['H', 0.3],
      ]) +
      finalEnergy(-76.4)
    : notConverged
  return head({ version }) + steps.join('') + last + dipole + normalEnd
}
