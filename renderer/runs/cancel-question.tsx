import type { Job } from '../../shared/model/job.ts'
import { get } from '../../shared/model/table.ts'
import { jobName } from '../../shared/show/job-name.ts'
import { fixed, plural } from '../../shared/show/number.ts'
import { useEngineState } from '../larmor.ts'
import { Confirm } from '../ui/confirm.tsx'
import { coreHoursAtStake } from './job-acts.ts'

interface CancelQuestionProps {
  readonly jobs: readonly Job[]
  onConfirm(): void
  onClose(): void
}

/** Asked once before jobs are killed: how many, and what is lost with them. */
export function CancelQuestion({ jobs, onConfirm, onClose }: CancelQuestionProps) {
  const state = useEngineState()
  const names = [...new Set(jobs.map(({ run }) => get(state.runs, run)?.name ?? run))]
  const of =
    names.length === 1 ? ` of ${shortened(names[0] ?? '')}` : names.length > 1 ? ` of ${names.length} runs` : ''
  const only = jobs.length === 1 ? jobs[0] : undefined
  const hours = coreHoursAtStake(jobs, Date.now())
  return (
    <Confirm
      question={`Cancel ${only ? jobName(state, only) : `${jobs.length} jobs`}${of}?`}
      verb={`Cancel ${plural(jobs.length, 'job')}`}
      keep="Keep"
      onConfirm={onConfirm}
      onClose={onClose}
    >
      {hours > 0
        ? `What runs is killed: ${fixed(hours, hours < 10 ? 1 : 0)} core hours of it are lost. `
        : 'None of them runs yet. '}
      What is finished stays.
    </Confirm>
  )
}

/** A name of any length fits into a question. */
function shortened(name: string): string {
  return name.length > 60 ? `${name.slice(0, 59)}…` : name
}
