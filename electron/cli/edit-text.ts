import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Job } from '../../shared/model/job.ts'
import type { EditPlace } from '../../shared/programs/index.ts'
import { placeText } from '../../shared/show/edit-places.ts'
import { jobFolder } from '../engine/job-folder.ts'

/** Where the files of the last attempt that left some lie on this computer; null where none did. */
export async function folderOf(home: string, job: Job): Promise<string | null> {
  for (const { n } of job.attempts.toReversed()) {
    const folder = jobFolder(home, job, n)
    if ((await stat(folder).catch(() => null))?.isDirectory()) return folder
  }
  return null
}

/** The lines that want an edit, where they lie, and how the edited input is sent as a new attempt of the same job. */
export function editLines(
  edit: readonly EditPlace[],
  folder: string | null,
  { job, program, machine }: { readonly job: string; readonly program: string; readonly machine: string },
): readonly string[] {
  if (edit.length === 0) return []
  const [file] = edit.flatMap(place => place.file ?? [])
  const there = machine === 'local' ? '' : ` --machine ${machine}`
  const how =
    file === undefined
      ? `with other options: larmor run FILE --program ${program} --keywords "..."${there}`
      : `with a copy of ${folder === null ? file : join(folder, file)} edited, its name kept: larmor resubmit ${job} --input COPY`
  return [...edit.map(place => `edit ${placeText(place)}`), `again ${how}`]
}
