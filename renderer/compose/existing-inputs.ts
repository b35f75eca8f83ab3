import type { ContentRef, Json } from '../../shared/ids.ts'
import type { JobSpec, Resources } from '../../shared/model/job.ts'
import type { Machine } from '../../shared/model/machine.ts'
import { programs } from '../../shared/programs/index.ts'
import { badInput, ok, type Result } from '../../shared/result.ts'
import type { DraftFile } from './draft.ts'

type ProgramId = keyof typeof programs

/** By the ending of a file that is run as it is. */
const PROGRAM: Readonly<Record<string, ProgramId>> = { nw: 'nwchem', inp: 'orca', sh: 'command' }

/** Whether a file is run as it is. */
export function isInput({ name }: DraftFile): boolean {
  return programOfName(name) !== undefined
}

function programOfName(name: string): ProgramId | undefined {
  const ending = name.toLowerCase().split('.').at(-1) ?? ''
  return Object.hasOwn(PROGRAM, ending) ? PROGRAM[ending] : undefined
}

/** All texts that those jobs refer to. */
export function textsOfInputs(files: readonly DraftFile[]): readonly string[] {
  return files.flatMap(({ text, beside }) => [text, ...(beside ?? []).map(each => each.text)])
}

/** Existing inputs as jobs of one run, one job each; as `larmor run FILE...` makes them of single files. */
export function jobsOfInputs(
  files: readonly DraftFile[],
  resources: Resources,
  machine: Machine,
  refOf: (text: string) => ContentRef,
): Result<readonly JobSpec[]> {
  const jobs: JobSpec[] = []
  for (const { name, text, beside } of files) {
    const program = programOfName(name)
    if (program === undefined) {
      return badInput(
        'input',
        `"${name}" is neither a structure nor an input that is known.`,
        '.xyz .mol .sdf .nw .inp .sh',
      )
    }
    if (text === '') return badInput('input', `"${name}" is empty.`)
    const [main = name, folder] = name.split('/').toReversed()
    const given = [{ name: main, text }, ...(beside ?? [])].map(each => {
      const { sha256, bytes } = refOf(each.text)
      return { name: each.name, sha256, bytes }
    })
    const input = (program === 'command'
      ? { files: given, main, args: [] }
      : { kind: 'deck', files: given, main }) as unknown as Json
    const checked = programs[program].check(input, resources)
    if (!checked.ok) return checked
    // A folder with what it needs is one job, and called so.
    const key = beside && folder !== undefined ? folder : main
    jobs.push({ key: freeKey(key, jobs), machine: machine.name, program, input, resources })
  }
  return ok(jobs)
}

function freeKey(name: string, jobs: readonly JobSpec[]): string {
  let key = name
  for (let n = 2; jobs.some(job => job.key === key); n++) key = `${name}-${n}`
  return key
}
