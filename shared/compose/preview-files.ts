import type { ContentRef, Label, RemotePath } from '../ids.ts'
import { executableOf, jobFiles } from '../job-folder.ts'
import type { JobSpec } from '../model/job.ts'
import type { Machine } from '../model/machine.ts'
import { programOf } from '../programs/index.ts'
import { schedulerOf } from '../schedulers/index.ts'

/** A file as it is shown. */
export interface ShownFile {
  readonly name: string
  readonly text: string
}

export interface PreviewPlace {
  readonly machine: Machine
  /** Text of resources/remote/job.sh. */
  readonly body: string
  /** The job's name and folder there, as far as they are known before it is sent. */
  readonly label: Label
  readonly dir: RemotePath
  readonly spool: RemotePath
  /** What stands in a content, for a person. */
  shown(ref: ContentRef): Promise<string>
}

/** All files of a job as they will be sent, by the same functions that send them. */
export async function previewFiles(job: JobSpec, place: PreviewPlace): Promise<readonly ShownFile[]> {
  const { machine, body, label, dir, spool, shown } = place
  const { program: id, input, resources } = job
  const program = programOf(id)
  const contents = new Map<string, string>()
  for (const ref of program.contents(input)) contents.set(ref.sha256, await shown(ref))
  const found = Object.fromEntries(Object.entries(machine.found).map(([name, { path }]) => [name, path]))
  const files = jobFiles({
    label,
    dir,
    spool,
    program,
    executable: executableOf(machine.settings, program, found),
    scheduler: schedulerOf(machine.settings.scheduler),
    settings: machine.settings,
    input,
    resources,
    contents: ref => contents.get(ref.sha256) ?? '',
    body,
  })
  const texts: ShownFile[] = []
  for (const file of files) texts.push('text' in file ? file : { name: file.name, text: await shown(file.content) })
  return texts
}
