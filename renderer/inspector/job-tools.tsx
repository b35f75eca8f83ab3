import { Clipboard, Console, FolderOpen } from '@blueprintjs/icons'
import type { ReactNode } from 'react'
import { type Job, lastAttempt } from '../../shared/model/job.ts'
import { useLarmor } from '../larmor.ts'
import { copy } from '../runs/job-acts.ts'

/** Names, folder and terminal of a job, and what else can be done with it. What this host cannot do stays in place and says why. */
export function JobTools({ job, children }: { readonly job: Job; readonly children: ReactNode }) {
  const { host } = useLarmor()
  const { label, phase } = lastAttempt(job)
  const queue = 'queue_id' in phase ? phase.queue_id : null
  const dir = 'dir' in phase ? phase.dir : null
  // Of what was dropped on the window only the folder's name is known.
  const isWhole = dir !== null && /^[/~]/.test(dir)
  const noDir = dir === null ? 'It has no folder yet.' : isWhole ? null : 'Where its folder lies is not known.'
  const { openFolder, openTerminal } = host
  return (
    <div className="job-tools">
      <Tool
        label={queue === null ? 'Copy name' : 'Copy id'}
        title={queue ?? label}
        act={() => copy(queue ?? label, queue === null ? 'Job name' : 'Queue id')}
      >
        <Clipboard size={14} title={false} />
      </Tool>
      <Tool
        label="Folder"
        title={typeof openFolder === 'string' ? openFolder : 'Opens the run’s folder on this computer.'}
        act={typeof openFolder === 'string' ? null : () => openFolder(job.run, job.key)}
      >
        <FolderOpen size={14} title={false} />
      </Tool>
      <Tool
        label="Terminal"
        title={typeof openTerminal === 'string' ? openTerminal : (noDir ?? `Opens a shell in ${dir}`)}
        act={typeof openTerminal === 'string' || !isWhole ? null : () => openTerminal(job.machine, dir)}
      >
        <Console size={14} title={false} />
      </Tool>
      {!isWhole ? null : (
        <Tool label="Copy path" title={dir} act={() => copy(dir, 'Path')}>
          <Clipboard size={14} title={false} />
        </Tool>
      )}
      {children}
    </div>
  )
}

interface ToolProps {
  readonly label: string
  readonly title: string
  /** Null where it cannot be done; the title then says why. */
  readonly act: (() => void) | null
  readonly children: ReactNode
}

function Tool({ label, title, act, children }: ToolProps) {
  return (
    <button type="button" className="quiet" title={title} aria-disabled={act === null} onClick={() => act?.()}>
      {children} {label}
    </button>
  )
}
