import { formatOf } from '../../shared/nmr/parse-structure.ts'
import { addFiles, type DraftFile, setFileFault } from './draft.ts'
import { type DroppedFile, textOf } from './dropped-files.ts'
import { isInput } from './existing-inputs.ts'

const MOST_BYTES = 16_000_000
const MOST_FILES = 200

/**
 * Structures and inputs for a new run; what is no text, or too large, is refused by its name. An input takes the files
 * along that it needs: those of its folder that it names, or all of them where it is the only one there.
 */
export async function takeFiles(dropped: readonly DroppedFile[]): Promise<void> {
  const read: DraftFile[] = []
  const wrong: string[] = []
  for (const { path, file } of dropped.slice(0, MOST_FILES)) {
    const text = file.size > MOST_BYTES ? null : await textOf(file)
    if (text === null) wrong.push(`${path}: ${file.size > MOST_BYTES ? 'larger than 16 MB' : 'no text in UTF-8'}`)
    else read.push({ name: path, text })
  }
  if (dropped.length > MOST_FILES) wrong.push(`only the first ${MOST_FILES} of ${dropped.length} files were taken`)
  setFileFault(wrong.length > 0 ? wrong.join('; ') : null)
  if (read.length > 0) addFiles(withBeside(read))
}

/** Which files are runs or jobs of their own, and which go along with an input. */
function withBeside(files: readonly DraftFile[]): readonly DraftFile[] {
  const taken = new Set<DraftFile>()
  const inputs = files.filter(isInput).map(input => {
    const near = files.filter(each => each !== input && folderOf(each) === folderOf(input) && !isInput(each))
    const alone =
      folderOf(input) !== '' && files.filter(each => isInput(each) && folderOf(each) === folderOf(input)).length === 1
    const beside = near.filter(each => alone || input.text.includes(baseName(each)))
    for (const each of beside) taken.add(each)
    return beside.length > 0
      ? { ...input, beside: beside.map(each => ({ name: baseName(each), text: each.text })) }
      : input
  })
  const structures = files.filter(
    each => !isInput(each) && !taken.has(each) && (inputs.length === 0 || formatOf(each.name) !== null),
  )
  return [...structures, ...inputs]
}

function folderOf({ name }: DraftFile): string {
  return name.split('/').slice(0, -1).join('/')
}

function baseName({ name }: DraftFile): string {
  return name.split('/').at(-1) ?? name
}
