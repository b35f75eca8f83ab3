import { lstat, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { CUTOFF_S, loneVerdict } from '../../shared/model/verdict.ts'
import { type OutputReading, type Recognised, unknownOutput } from '../../shared/programs/index.ts'
import { energyText } from '../../shared/show/energy.ts'
import { readOutput } from '../engine/read-output.ts'
import { badArgument, type CliCommand } from './command.ts'
import { stderrBeside } from './stderr-beside.ts'
import { EXIT, oneLine } from './terminal.ts'

const HOUR_S = 3600

/** Reads outputs that no job of ours wrote, one document a line: what they say, and how that is known. */
const classify: CliCommand = {
  name: 'classify',
  usage: 'FILE... [--exit N] [--cutoff H] [--not-running]',
  summary: 'reads outputs of ORCA, NWChem and xtb, plain or gzip: how they ended, and why',
  options: { exit: { type: 'string' }, cutoff: { type: 'string' }, 'not-running': { type: 'boolean' } },
  async run({ terminal, cwd }, given) {
    if (given.words.length === 0) throw badArgument('file', 'FILE is missing.')
    const exit = given.number('exit', 0) ?? null
    if (exit !== null && !Number.isInteger(exit)) throw badArgument('exit', `--exit wants a whole number, not ${exit}.`)
    const cutoff_s = (given.number('cutoff', 0) ?? CUTOFF_S / HOUR_S) * HOUR_S
    const files = []
    const folders = []
    for (const word of given.words) {
      const path = resolve(cwd, word)
      if (await isFolder(path)) folders.push(word)
      else files.push({ word, path: await checked(path, word) })
    }
    const hint = 'larmor import takes folders'
    if (files.length === 0) throw badArgument('file', `${folders[0]} is a folder, no output.`, hint)
    // A shell's * names the folders that lie beside the outputs.
    for (const word of folders) terminal.say(`! ${word} is a folder, and left out: ${hint}`)
    for (const { word, path } of files) {
      const { program, reading, written } = await read(path)
      const document = documentOf(word, program?.id ?? null, withExit(reading, exit), {
        age_s: (Date.now() - written) / 1000,
        cutoff_s,
        notRunning: given.flag('not-running') || exit !== null,
      })
      terminal.line(document, () => textOf(document))
    }
    return EXIT.done
  },
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() === true
}

/** Refused before anything is read: what is not there, as a mistyped name, and what is no file. */
async function checked(path: string, word: string): Promise<string> {
  const about = await stat(path).catch(() => null)
  if (about && !about.isFile()) throw badArgument('file', `${word} is no file.`)
  if (!about && !(await lstat(path).catch(() => null))) throw badArgument('file', `${word} is not there.`)
  return path
}

/** An output, and when it was last written, Unix time in ms. One of a pile that cannot be read is unknown, and hides no other. */
async function read(path: string): Promise<Recognised & { readonly written: number }> {
  try {
    const recognised = await readOutput(path, { beside: await stderrBeside(path) })
    // Looked at again: it may have grown while it was read.
    return { ...recognised, written: (await stat(path)).mtimeMs }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'it is not there, or a link that leads to no file' : message
    return { program: null, reading: unknownOutput(`it cannot be read: ${why}`), written: Date.now() }
  }
}

/** What an exit status adds to an output that merely stops: a signal, or that nothing more comes. */
function withExit(reading: OutputReading, exit: number | null): OutputReading {
  if (exit === null || reading.outcome !== 'truncated' || reading.category !== null) return reading
  // A shell's 128 + signal; Python and Slurm have them so, too.
  if (exit === 137 || exit === 143) {
    const evidence = { source: 'report' as const, file: null, line: null, text: `exit status ${exit}` }
    return {
      ...reading,
      category: 'killed',
      reason: `ended by signal ${exit - 128}`,
      evidence: [...reading.evidence, evidence],
    }
  }
  return reading
}

interface Circumstances {
  readonly age_s: number
  readonly cutoff_s: number
  readonly notRunning: boolean
}

/** What `larmor classify --json` says of one file. */
function documentOf(
  file: string,
  program: string | null,
  reading: OutputReading,
  { age_s, cutoff_s, notRunning }: Circumstances,
) {
  const { result, figures } = reading
  const lone =
    reading.outcome === 'truncated'
      ? loneVerdict({ output: reading, age_s, cutoff_s, alive: notRunning ? false : null })
      : { outcome: null, stalled: false }
  const timedOut = lone.outcome === 'timeout' && reading.category === null
  return {
    file,
    program,
    version: result.version,
    kind: reading.kind,
    outcome: reading.outcome,
    terminated_normally: result.terminated_normally,
    converged: result.converged,
    stalled: lone.stalled,
    category: timedOut ? 'time-limit' : reading.category,
    reason: timedOut
      ? `nothing of it runs, and it has not grown for ${(age_s / HOUR_S).toFixed(1)} h, longer than the cutoff`
      : reading.reason,
    evidence: reading.evidence.map(({ line, text }) => ({ line, text })),
    energy_hartree: result.energy_hartree,
    scf_cycles: result.scf_cycles,
    opt_cycles: result.opt_cycles,
    opt: figures.cycles,
    max_gradient: result.max_gradient,
    mulliken: figures.mulliken,
    shieldings: result.shieldings,
    frequencies: figures.frequencies,
    imaginary: figures.imaginary,
    dipole_debye: figures.dipole_debye,
    geometry: reading.geometry,
    wall_s: result.wall_s,
    cpu_s: figures.cpu_s,
    ranks: figures.ranks,
    memory_mb: figures.memory_mb,
  }
}

function textOf({
  file,
  program,
  version,
  kind,
  outcome,
  category,
  reason,
  evidence,
  ...more
}: ReturnType<typeof documentOf>) {
  const energy = energyText(more, outcome === 'completed') ?? ''
  const what = [program ?? 'unknown program', version, kind].filter(Boolean).join(' ')
  const how = [category ?? outcome, more.stalled ? '(stalled)' : ''].filter(Boolean).join(' ')
  const why = reason === null ? [] : [`  ${reason}`]
  const lines = evidence.map(({ line, text }) => `  ${line === null ? '' : `line ${line}: `}${oneLine(text)}`)
  return [
    `${file}: ${outcome === 'failed' ? `failed, ${how}` : how}  ${what}${energy && `  ${energy}`}`,
    ...why,
    ...lines,
  ].join('\n')
}

export const classifyCommands: readonly CliCommand[] = [classify]
