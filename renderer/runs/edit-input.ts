import type { Engine } from '../../shared/contract.ts'
import { type Job, lastAttempt } from '../../shared/model/job.ts'
import { type GivenFile, programOf } from '../../shared/programs/index.ts'
import { jobName } from '../../shared/show/job-name.ts'
import type { Store } from '../store.ts'
import { note } from '../ui/toast.tsx'
import { withdraw } from './job-acts.ts'

/** A file as it was sent: its text where a person can edit it, else its content, which stays. */
export type SentFile = { readonly name: string } & ({ readonly text: string } | { readonly content: GivenFile })

/** A file that is bigger is no deck. */
const BIGGEST = 1 << 20

/** All files that the last attempt of a job was sent with, its main one first; a sentence where they are gone. */
export async function sentFiles(engine: Engine, job: Job): Promise<readonly SentFile[] | string> {
  const { input, resources } = lastAttempt(job)
  const program = programOf(job.program)
  const texts = new Map<string, string>()
  for (const ref of program.contents(input)) {
    const text = await engine.read(ref)
    if (!text.ok) return text.fault.message
    texts.set(ref.sha256, text.value)
  }
  const files: SentFile[] = []
  for (const file of program.files(input, resources, ({ sha256 }) => texts.get(sha256) ?? '')) {
    if ('text' in file) files.push(file)
    else {
      const { name, content } = file
      const known = texts.get(content.sha256)
      const text = known ?? (content.bytes > BIGGEST ? null : await engine.read(content))
      const words = typeof text === 'string' ? text : text?.ok ? text.value : null
      files.push(words === null || isBinary(words) ? { name, content: { name, ...content } } : { name, text: words })
    }
  }
  const { main } = input as { readonly main?: unknown }
  return files.toSorted((a, b) => Number(b.name === main) - Number(a.name === main))
}

/** Resolves to whether there is a new attempt; why not is said in a note. */
export async function resubmitEdited(
  engine: Engine,
  store: Store,
  job: Job,
  files: readonly SentFile[],
): Promise<boolean> {
  const given: GivenFile[] = []
  for (const file of files) {
    if ('content' in file) given.push(file.content)
    else {
      const kept = await engine.put(file.text)
      if (!kept.ok) return say(kept.fault.message)
      given.push({ name: file.name, sha256: kept.value.sha256, bytes: kept.value.bytes })
    }
  }
  const sent = await engine.send({ type: 'job.edit', job: job.id, files: given, seen: lastAttempt(job).n })
  if (!sent.ok) return say(sent.fault.message)
  note(`${jobName(store.get().state, job)} resubmitted as edited`, {
    shape: 'arrow ring',
    undo: () => withdraw(engine, store, [job.id]),
  })
  return true
}

function say(fault: string): false {
  note(fault, { shape: 'octagon' })
  return false
}

/** Decoded with a loss, or never a text. */
function isBinary(text: string): boolean {
  return text.includes('\u0000') || text.includes('\ufffd')
}
