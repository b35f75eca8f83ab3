import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import type { Json } from '../../shared/ids.ts'
import type { JobSpec, Resources } from '../../shared/model/job.ts'
import type { Machine } from '../../shared/model/machine.ts'
import { programs } from '../../shared/programs/index.ts'
import { orThrow } from '../../shared/result.ts'
import { badArgument, type Given } from './command.ts'
import type { Composed } from './compose.ts'
import { givenFiles, leftOutText } from './given-files.ts'
import { requireProgram } from './programs-here.ts'
import { shownText } from './shown-text.ts'
import { singleInput } from './single-input.ts'

/** More files are counted. */
const MOST_SAID = 5

/** `run FILE...`: existing inputs or structures, one job each; a folder is one job with all its files. */
export async function composeSingle(
  given: Given,
  machine: Machine,
  cwd: string,
  resources: Resources,
): Promise<Composed> {
  const program = programNamed(given.text('program'))
  if (given.words.length === 0) throw badArgument('file', 'FILE is missing.')
  const files = givenFiles()
  const jobs: JobSpec[] = []
  const warnings: string[] = []
  const says: string[] = []
  requireProgram(program, machine)
  for (const word of given.words) {
    const path = resolve(cwd, word)
    const taken = await files.take(path)
    const input = await singleInput(program, path, given, taken, resources)
    orThrow(programs[program].check(input.input, resources))
    warnings.push(...leftOutText(taken), ...input.warnings)
    const key = freeKey(basename(path), jobs)
    says.push(`${key}: ${input.says}`)
    jobs.push({
      key,
      machine: machine.name,
      program,
      input: input.input,
      resources,
      ...(input.work ? { work: input.work } : {}),
    })
  }
  return {
    name:
      given.text('name') ??
      jobs
        .map(({ key }) => key)
        .slice(0, 3)
        .join(', ') + (jobs.length > 3 ? ` and ${jobs.length - 3} more` : ''),
    workflow: 'single',
    machine: machine.name,
    params: { jobs } as unknown as Json,
    texts: [],
    files: [...files.paths].map(([sha256, path]) => ({ sha256, path })),
    warnings,
    says: says.length > MOST_SAID ? [...says.slice(0, MOST_SAID), `and ${says.length - MOST_SAID} more`] : says,
    preview: () => ({
      jobs,
      notes: [],
      async shown(ref) {
        const path = files.paths.get(ref.sha256)
        return path === undefined ? '' : shownText(await readFile(path), ref)
      },
    }),
  }
}

function programNamed(name: string | undefined): keyof typeof programs {
  if (name === undefined)
    throw badArgument('program', '--program is missing.', `Known are ${Object.keys(programs).join(', ')}`)
  if (!Object.hasOwn(programs, name))
    throw badArgument('program', `There is no program "${name}".`, `Known are ${Object.keys(programs).join(', ')}`)
  return name as keyof typeof programs
}

function freeKey(name: string, jobs: readonly JobSpec[]): string {
  let key = name
  for (let n = 2; jobs.some(job => job.key === key); n++) key = `${name}-${n}`
  return key
}
