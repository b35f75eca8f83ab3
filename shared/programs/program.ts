import type { ContentRef, Json } from '../ids.ts'
import type { Evidence, FetchedFile, JobResult, Resources } from '../model/job.ts'
import type { Result } from '../result.ts'
import type { ShLine } from '../sh.ts'
import type { Category } from './categories.ts'
import type { GivenFile } from './files.ts'
import type { FindPlaces } from './places.ts'

/** A file to send: a text that Larmor wrote, or what a person gave, by reference: it may hold anything, and be big. */
export type InputFile =
  | { readonly name: string; readonly text: string }
  | { readonly name: string; readonly content: ContentRef }

/** The bytes that an input refers to, looked up before the (pure) program is asked; never undefined for what `contents` named. */
export type Contents = (ref: ContentRef) => string

/** What one output says, as it stands: complete, or cut anywhere. */
export interface OutputReading {
  readonly outcome: 'completed' | 'failed' | 'truncated' | 'unknown'
  /** Where the output names a cause. */
  readonly category: Category | null
  /** A plain sentence for a person, where there is something to say. */
  readonly reason: string | null
  /** The lines that the above was read from. */
  readonly evidence: readonly Evidence[]
  readonly result: Omit<JobResult, 'geometry' | 'figures'>
  readonly figures: Figures
  /** What was computed, the most of it: nmr over freq over opt over sp, or scan, irc, md, neb; null where it is not known. */
  readonly kind: string | null
  /** The last geometry in the order of the input's atoms, in angstrom; null before the first. */
  readonly geometry: readonly GeometryAtom[] | null
  /** What a running job shows of itself (SCF cycle, optimisation cycle). */
  readonly now: { readonly scf_cycle: number | null; readonly opt_cycle: number | null }
}

/** Figures that are too many or too seldom asked for to stand in the state: kept as a JSON blob beside a result. */
export interface Figures {
  /** Of the optimisation, oldest first, those that ended. */
  readonly cycles: readonly OptCycle[]
  /** Mulliken charges (xtb: its own charges) in the order of the atoms. */
  readonly mulliken: readonly number[] | null
  /** cm^-1, imaginary ones negative, as the program lists them (ORCA's zeros are left out). */
  readonly frequencies: readonly number[] | null
  readonly imaginary: number | null
  readonly dipole_debye: number | null
  readonly cpu_s: number | null
  /** Processes, or threads where the program has no others. */
  readonly ranks: number | null
  /** MB per rank: the most that ORCA used of it, or the limit that NWChem was given. */
  readonly memory_mb: number | null
}

export interface OptCycle {
  readonly energy_hartree: number | null
  /** Hartree per bohr: the largest component; xtb prints the norm only. */
  readonly gradient: number | null
  /** Below what the program wants to have it; absent where the output does not say so. */
  readonly target?: number
}

const noFigures: Figures = {
  cycles: [],
  mulliken: null,
  frequencies: null,
  imaginary: null,
  dipole_debye: null,
  cpu_s: null,
  ranks: null,
  memory_mb: null,
}

/** What an output says that nobody has read, or of which nobody can. */
export const unread: OutputReading = {
  outcome: 'unknown',
  category: null,
  reason: null,
  evidence: [],
  result: {
    energy_hartree: null,
    converged: null,
    terminated_normally: null,
    version: null,
    scf_cycles: null,
    opt_cycles: null,
    max_gradient: null,
    basis_functions: null,
    dielectric: null,
    shieldings: null,
    wall_s: null,
  },
  figures: noFigures,
  kind: null,
  geometry: null,
  now: { scf_cycle: null, opt_cycle: null },
}

export type GeometryAtom = readonly [element: string, x: number, y: number, z: number]

/** Reads an output line by line as it grows; never holds the file. `reading` may be asked at any time. */
export interface OutputReader {
  /** One line of the output, without its end. `file` names which one, for evidence. */
  line(text: string, file: string): void
  /** As many lines as there are at once: outputs have millions, and a call for each costs more than reading it. */
  lines(batch: readonly string[], file: string): void
  reading(): OutputReading
}

/** What the last attempt left behind. */
export interface LastAttempt {
  readonly result: JobResult | null
  readonly files: readonly FetchedFile[]
}

/** What can be changed in an input so that it may go better; a remedy (shared/remedies) is made of one or several. */
export type RepairKind =
  /** More iterations and a sturdier way to converge. */
  | 'scf-help'
  /** The other way: damping and level shift. */
  | 'scf-damping'
  /** More iterations of what comes after the SCF. */
  | 'post-scf-help'
  | 'more-cycles'
  | 'last-geometry'
  /** Begins with the orbitals that the last attempt left. */
  | 'last-orbitals'
  | 'hessian'
  | 'cartesian'
  | 'direct'
  | 'response'
  /** Begins anew, without any file of an earlier job. */
  | 'no-restart'
  /** Writes the memory and ranks of the resources into an input that has its own. */
  | 'own-resources'

/** By kind, the repaired input; null where this input has it already, or cannot have it. */
export type Repairs = Readonly<Partial<Record<RepairKind, (input: Json, last: LastAttempt) => Json | null>>>

/** A quantum-chemistry code, as a value without state or I/O. Its own parameter type is narrowed by `parse`. */
export interface Program {
  /** The name in `--program`. */
  readonly id: string
  readonly label: string
  /** The executable that a machine must have; null where the job brings its own. */
  readonly executable: string | null
  /** How it tells its version at once and without an input, where it does. */
  readonly version?: { readonly args: readonly string[]; read(printed: string): string | null }
  /** Whether this program can run this input with these resources; the fault names the field. */
  check(input: Json, resources: Resources): Result<void>
  /** Every content that `files` and `calculation` will read. */
  contents(input: Json): readonly ContentRef[]
  /** The files to send, decks included. The window and `larmor decks` show exactly these. */
  files(input: Json, resources: Resources, contents: Contents): readonly InputFile[]
  /** The line that runs it in its job folder; stdout and stderr are redirected by the job script to `output` and `stderr.txt`. */
  command(input: Json, resources: Resources, executable: string): ShLine
  /** What is asked for on its line in place of a file, an option each, e.g. `--iterations 250`; absent: all is in files. */
  options?(input: Json): readonly string[]
  /** Name of the file that takes standard output. */
  readonly output: string
  /** Which files of the job's folder are big scratch and stay there, as shell patterns without slash. */
  readonly scratch: readonly string[]
  /**
   * What makes two calculations the same one: decks without title, and content, not ranks or memory; null when the
   * result must never be taken from an earlier job.
   */
  calculation(input: Json, contents: Contents): Json | null
  reader(input: Json): OutputReader
  /** Whether the exit status alone may prove success: only for programs whose output Larmor cannot read. */
  readonly exitDecides: boolean
  /** The input of a plain retry that goes on where the last try stopped (last geometry), or the same input. */
  restart(input: Json, last: JobResult | null): Json
  /** The same calculation from these files, just as they are: those of `files`, after a person has edited them. */
  edited(input: Json, files: readonly GivenFile[]): Json
  /** What is not here cannot be repaired. */
  readonly repairs?: Repairs
  /** Where a person is to edit the input of a job that only an edit helps. */
  readonly findPlaces?: FindPlaces
  /**
   * Which files of the job's folder a restart can begin with, as shell patterns without slash: of a job that did not end
   * well they come home, too, unless they are big.
   */
  readonly restartFiles?: readonly string[]
}

export type { Evidence }
