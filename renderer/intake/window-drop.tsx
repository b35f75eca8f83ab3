import { useEffect, useRef, useState } from 'react'
import type { RunId } from '../../shared/ids.ts'
import { get } from '../../shared/model/table.ts'
import { formatOf } from '../../shared/nmr/parse-structure.ts'
import { plural } from '../../shared/show/number.ts'
import { chooseFolder } from '../compose/campaign-draft.ts'
import { type DroppedFile, droppedFiles } from '../compose/dropped-files.ts'
import { isInput } from '../compose/existing-inputs.ts'
import { ownFolderOf } from '../compose/own-folder.ts'
import { takeFiles } from '../compose/take-files.ts'
import { useKeys } from '../keys/use-keys.ts'
import { useLarmor, useOffline } from '../larmor.ts'
import { go } from '../route.ts'
import type { Store } from '../store.ts'
import { Dialog } from '../ui/dialog.tsx'
import { note } from '../ui/toast.tsx'
import { FolderInput } from './folder-input.tsx'
import { type FoundOutputs, findOutputs, importOutputs } from './import-outputs.ts'
import { ImportReview, LeftOut } from './import-review.tsx'

type Work =
  | { readonly is: 'reading'; readonly read: number; readonly of: number }
  /** `others`: structures and inputs among the files, which an import leaves alone. */
  | { readonly is: 'review'; readonly outputs: FoundOutputs; readonly others: number }
  | { readonly is: 'keeping'; readonly outputs: number }
  | {
      readonly is: 'done'
      readonly outputs: number
      readonly runs: readonly RunId[]
      readonly skipped: FoundOutputs['skipped']
      readonly fault: string | null
    }

/**
 * Files and folders that are dropped anywhere on the window: structures and inputs go to New run; where finished outputs
 * are among them, these become runs of the library, and structures with a CSV of shifts are a campaign's set. `compose`:
 * whether New run is on the screen already.
 */
export function WindowDrop({ compose }: { readonly compose: boolean }) {
  const { engine, store } = useLarmor()
  const offline = useOffline()
  const [over, setOver] = useState(false)
  const [work, setWork] = useState<Work | null>(null)
  /** Each look has the next number; with another it is stopped, by a person or by a later drop. */
  const looks = useRef(0)
  const folder = useRef<HTMLInputElement>(null)

  async function take(files: readonly DroppedFile[], importing: boolean): Promise<void> {
    looks.current += 1
    const fresh = files.filter(({ path }) => formatOf(path) !== null || isInput({ name: path, text: '' }))
    const others = files.filter(each => !fresh.includes(each))
    const found = others.length > 0 ? await look(others) : { found: [], skipped: [] }
    if (found === null) return
    if (found.found.length > 0) return setWork({ is: 'review', outputs: found, others: fresh.length })
    const { skipped } = found
    if (importing || (skipped.length > 0 && fresh.length === 0)) {
      return setWork({ is: 'done', outputs: 0, runs: [], skipped, fault: null })
    }
    setWork(null)
    const [left] = skipped
    if (left) {
      const more = skipped.length > 1 ? `; ${skipped.length - 1} more` : ''
      note(`Left out: ${left.path}, ${left.reason}${more}`, { shape: 'diamond' })
    }
    if (fresh.length > 0 && files.some(({ path }) => /\.csv$/i.test(path))) {
      const set = await ownFolderOf(files)
      if (typeof set === 'string') note(set, { shape: 'diamond' })
      else chooseFolder(set)
      return go('new', 'campaign')
    }
    if (fresh.length === 0) {
      note('There is no structure, no input and no finished output in it that Larmor knows.', { shape: 'diamond' })
      return
    }
    const readable = files.filter(({ path }) => !skipped.some(each => each.path === path))
    await takeFiles(readable.filter(each => fresh.includes(each) || fresh.some(({ path }) => near(path, each.path))))
    if (!compose) go('new')
  }

  /** Null where it was stopped. */
  async function look(files: readonly DroppedFile[]): Promise<FoundOutputs | null> {
    const mine = looks.current
    const found = await findOutputs(files, read => {
      if (looks.current !== mine) return false
      // Few files are read before anybody could see it.
      if (files.length > 20 || read === files.length) setWork({ is: 'reading', read, of: files.length })
      return true
    })
    return looks.current === mine ? found : null
  }

  async function keep({ found, skipped }: FoundOutputs): Promise<void> {
    const done = { is: 'done', outputs: found.length, runs: [], skipped, fault: null } as const
    if (offline !== null) return
    setWork({ is: 'keeping', outputs: found.length })
    const wished = await importOutputs(engine, found)
    if (!wished.ok) return setWork({ ...done, fault: wished.fault.message })
    const { runs, seq } = wished.value
    await seen(store, seq)
    // Those that are known already make no run.
    const fresh = runs.filter(run => get(store.get().state.runs, run) !== undefined)
    setWork({ ...done, runs: fresh })
    const [only] = fresh
    if (only) go('queue', only)
  }

  const close = () => {
    looks.current += 1
    setWork(null)
  }

  useKeys({ import: () => folder.current?.click() })
  useEffect(() => {
    const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false
    const enter = (event: DragEvent) => {
      if (!carriesFiles(event)) return
      event.preventDefault()
      setOver(true)
    }
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false)
    }
    const drop = (event: DragEvent) => {
      setOver(false)
      if (!event.dataTransfer || !carriesFiles(event)) return
      event.preventDefault()
      droppedFiles(event.dataTransfer).then(files => latest.current(files, false))
    }
    addEventListener('dragover', enter)
    addEventListener('dragleave', leave)
    addEventListener('drop', drop)
    return () => {
      removeEventListener('dragover', enter)
      removeEventListener('dragleave', leave)
      removeEventListener('drop', drop)
    }
  }, [])
  const latest = useRef(take)
  latest.current = take

  return (
    <>
      {over ? (
        <div className="drop-veil" data-drop-veil="">
          <p>Drop structures or inputs for a new run, or folders of finished outputs for the library.</p>
        </div>
      ) : null}
      <FolderInput label="Folder of finished outputs" ref={folder} take={files => void take(files, true)} />
      {work?.is === 'review' ? (
        <ImportReview
          outputs={work.outputs}
          others={work.others}
          offline={offline}
          onImport={() => void keep(work.outputs)}
          onClose={close}
        />
      ) : work ? (
        <ImportDialog work={work} onClose={close} />
      ) : null}
    </>
  )
}

/** Resolves when the window shows what had happened by then. */
function seen(store: Store, seq: number): Promise<void> {
  return new Promise(resolve => {
    const look = () => {
      if (store.get().state.seq < seq) return
      leave()
      resolve()
    }
    const leave = store.subscribe(look)
    look()
  })
}

/** Whether both lie in the same folder: what an input needs may lie beside it. */
function near(path: string, other: string): boolean {
  const folderOf = (each: string) => each.split('/').slice(0, -1).join('/')
  return folderOf(path) === folderOf(other)
}

/** While files are read and kept, and what became of it. */
function ImportDialog({
  work,
  onClose,
}: {
  readonly work: Exclude<Work, { is: 'review' }>
  readonly onClose: () => void
}) {
  return (
    <Dialog title="Import" onClose={onClose} onSubmit={onClose}>
      {work.is === 'done' ? (
        <>
          <p role="status" data-imported="">
            {work.fault ?? doneText(work.outputs, work.runs.length)}
          </p>
          <LeftOut skipped={work.skipped} open={work.outputs === 0} />
        </>
      ) : (
        <p role="status">
          {work.is === 'reading'
            ? work.read < work.of
              ? `Reading file ${work.read + 1} of ${work.of}…`
              : 'Looking for some seconds whether what stops before its end still grows…'
            : `Keeping ${plural(work.outputs, 'output')}…`}
        </p>
      )}
      <div className="row end">
        <button type="submit" className={work.is === 'done' ? 'primary' : undefined}>
          {work.is === 'reading' ? 'Stop' : 'Close'}
        </button>
      </div>
    </Dialog>
  )
}

function doneText(outputs: number, runs: number): string {
  if (outputs === 0) return 'No finished output was found.'
  if (runs === 0) return `Nothing new: ${plural(outputs, 'output')} found, all known already.`
  return `${plural(outputs, 'output')} imported as ${plural(runs, 'run')}.`
}
