import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import type { ContentRef } from '../../shared/ids.ts'
import { type Job, lastAttempt } from '../../shared/model/job.ts'
import { type Contents, type GivenFile, programOf } from '../../shared/programs/index.ts'
import type { Change } from '../../shared/remedies/index.ts'
import { FaultError, orThrow } from '../../shared/result.ts'
import { type ChangeDiff, changeContents, changeDiff } from '../../shared/show/change-diff.ts'
import type { AttachedEngine } from '../engine/socket/client.ts'
import { refOf } from '../engine/store/content-ref.ts'
import { badArgument } from './command.ts'
import { givenFiles, leftOutText } from './given-files.ts'
import { textsOf } from './resubmission.ts'

/** What a person made of the input of a job: all files that are to be sent, and where those that are new come from. */
export interface EditedInput {
  readonly files: readonly GivenFile[]
  readonly diff: ChangeDiff
  readonly warnings: readonly string[]
  /** Keeps what is not kept yet. */
  keep(engine: AttachedEngine): Promise<void>
}

/**
 * A file takes the place of the sent file of its name, of the only one whatever its name is; a folder is all that is sent.
 * Refused (`input`) where it is none of several, where the program could not run it, or where what was sent is gone.
 */
export async function editedInput(
  { home, cwd }: { readonly home: string; readonly cwd: string },
  job: Job,
  words: readonly string[],
): Promise<EditedInput> {
  const { input, resources } = lastAttempt(job)
  const program = programOf(job.program)
  const sent = await sentFiles(home, job)
  const given = givenFiles()
  const warnings: string[] = []
  let files = new Map<string, GivenFile>(sent.files.map(file => [file.name, file]))
  const main = mainOf(input, sent.files)
  for (const word of words) {
    const path = resolve(cwd, word)
    const taken = await given.take(path)
    warnings.push(...leftOutText(taken))
    const [only] = taken.files
    if (taken.files.length === 1 && only && only.name === basename(path)) {
      const name = sent.files.length === 1 && words.length === 1 ? main : only.name
      if (!files.has(name))
        throw badArgument(
          'input',
          `${word} has the name of none of the files that ${job.id} was sent with: ${[...files.keys()].join(', ')}.`,
          'A copy keeps the name of the file that it stands for; a folder takes the place of all of them.',
        )
      files.set(name, { ...only, name })
    } else files = new Map(taken.files.map(file => [file.name, file]))
  }
  if (!files.has(main)) throw badArgument('input', `${words.join(', ')} holds no ${main}, which ${program.label} runs.`)
  const all = [...files.values()]
  const change: Change = { input: program.edited(input, all), resources }
  orThrow(program.check(change.input, resources))
  const texts = new Map([...(await textsOf(home, changeContents(job, [change]))), ...sent.texts])
  for (const { sha256 } of changeContents(job, [change])) {
    const path = given.paths.get(sha256)
    if (path !== undefined) texts.set(sha256, await readFile(path, 'utf8'))
  }
  const contents: Contents = ({ sha256 }) => texts.get(sha256) ?? ''
  return {
    files: all,
    diff: changeDiff(job, change, contents),
    warnings,
    async keep(engine) {
      for (const { sha256 } of all) {
        const path = given.paths.get(sha256)
        const text = sent.texts.get(sha256)
        if (path !== undefined) {
          if (orThrow(await engine.keep(path)).sha256 !== sha256)
            throw badArgument('input', `${path} has just changed.`)
        } else if (text !== undefined) orThrow(await engine.put(text))
      }
    },
  }
}

/** The files of the last attempt as they were sent, and the texts of those that are made when they are sent. */
async function sentFiles(home: string, job: Job) {
  const { input, resources } = lastAttempt(job)
  const program = programOf(job.program)
  const known = await textsOf(home, program.contents(input))
  const contents = ({ sha256 }: ContentRef): string => {
    const text = known.get(sha256)
    if (text !== undefined) return text
    throw new FaultError({ code: 'not-now', message: `What ${job.id} was started with is gone from this computer.` })
  }
  const texts = new Map<string, string>()
  const files = program.files(input, resources, contents).map((file): GivenFile => {
    if (!('text' in file)) return { name: file.name, sha256: file.content.sha256, bytes: file.content.bytes }
    const { sha256, bytes } = refOf(file.text)
    texts.set(sha256, file.text)
    return { name: file.name, sha256, bytes }
  })
  return { files, texts }
}

function mainOf(input: Change['input'], files: readonly GivenFile[]): string {
  const { main } = input as { readonly main?: unknown }
  return typeof main === 'string' ? main : (files[0]?.name ?? '')
}
