/** A file that was dropped or chosen, by its path from the dropped folder on: `outputs/water/run.out`. */
export interface DroppedFile {
  readonly path: string
  readonly file: File
}

/** So many files of one drop are looked at. */
const MOST_FILES = 10_000

/** All files of a drop, those in folders too, by their paths. To be called while the event is handled. */
export async function droppedFiles(data: DataTransfer): Promise<readonly DroppedFile[]> {
  const roots = [...data.items].map(item => ({
    entry: item.kind === 'file' ? item.webkitGetAsEntry() : null,
    file: item.getAsFile(),
  }))
  const files: DroppedFile[] = []
  for (const { entry, file } of roots) {
    if (entry?.isDirectory) await takeFolder(entry as FileSystemDirectoryEntry, files)
    else if (file) files.push({ path: file.name, file })
  }
  return files
}

/** Those of an input that takes files or a folder. */
export function chosenFiles(list: FileList | null): readonly DroppedFile[] {
  return [...(list ?? [])].slice(0, MOST_FILES).map(file => ({ path: file.webkitRelativePath || file.name, file }))
}

async function takeFolder(folder: FileSystemDirectoryEntry, files: DroppedFile[]): Promise<void> {
  const reader = folder.createReader()
  for (;;) {
    // It gives a hundred at a time, and an empty list at the end.
    const entries = await new Promise<readonly FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (entries.length === 0) return
    for (const entry of entries) {
      if (files.length >= MOST_FILES) return
      if (entry.isDirectory) await takeFolder(entry as FileSystemDirectoryEntry, files)
      else {
        const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))
        files.push({ path: entry.fullPath.replace(/^\//, ''), file })
      }
    }
  }
}

/** Its text; null for what is no text in UTF-8. */
export async function textOf(file: File): Promise<string | null> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer())
  } catch {
    return null
  }
}
