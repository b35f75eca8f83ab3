import type { OwnFolder } from './campaign-draft.ts'
import { type DroppedFile, textOf } from './dropped-files.ts'

const MOST_BYTES = 1 << 20

/** The files of it that a set is made of; a sentence for what cannot be one. */
export async function ownFolderOf(given: readonly DroppedFile[]): Promise<OwnFolder | string> {
  const used = given.filter(({ path }) => /\.(xyz|mol|sdf|sd|csv)$/i.test(path) && path.split('/').length <= 2)
  if (used.length === 0) return 'There is neither a structure nor a CSV in it.'
  const files: { readonly name: string; readonly text: string }[] = []
  for (const { path, file } of used) {
    if (file.size > MOST_BYTES) return `${path} is larger than 1 MB.`
    const text = await textOf(file)
    if (text === null) return `${path} is no text in UTF-8.`
    files.push({ name: file.name, text })
  }
  const [folder = ''] = used[0]?.path.split('/') ?? []
  return {
    name: used[0]?.path.includes('/') ? folder : 'own set',
    files: files.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  }
}
