import type { Job } from '../../shared/model/job.ts'
import { Confirm } from '../ui/confirm.tsx'
import { fixed, plural } from '../ui/number.ts'
import { coreHoursAtStake } from './job-acts.ts'

interface CancelQuestionProps {
  readonly jobs: readonly Job[]
  onConfirm(): void
  onClose(): void
}

/** Asked once before jobs are killed: how many, and what is lost with them. */
export function CancelQuestion({ jobs, onConfirm, onClose }: CancelQuestionProps) {
  const hours = coreHoursAtStake(jobs, Date.now())
  return (
    <Confirm
      question={jobs.length === 1 ? `Cancel ${jobs[0]?.key}?` : `Cancel ${jobs.length} jobs?`}
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
