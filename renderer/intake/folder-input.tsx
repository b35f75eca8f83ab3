import type { RefObject } from 'react'
import { chosenFiles, type DroppedFile } from '../compose/dropped-files.ts'

interface FolderInputProps {
  readonly label: string
  /** Something else that can be seen clicks it. */
  readonly ref: RefObject<HTMLInputElement | null>
  take(files: readonly DroppedFile[]): void
}

/** The browser's own choice of a folder, out of sight. */
export function FolderInput({ label, ref, take }: FolderInputProps) {
  return (
    <input
      ref={ref}
      type="file"
      hidden
      aria-label={label}
      {...{ webkitdirectory: '' }}
      onChange={event => {
        take(chosenFiles(event.target.files))
        // The same folder may be chosen again.
        event.target.value = ''
      }}
    />
  )
}
