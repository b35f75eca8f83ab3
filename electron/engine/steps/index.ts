import type { Step } from '../next-step.ts'
import { cancel } from './cancel.ts'
import { clean } from './clean.ts'
import { fetch } from './fetch.ts'
import type { StepFunction } from './here.ts'
import { hold } from './hold.ts'
import { parse } from './parse.ts'
import { stage } from './stage.ts'
import { intend, submit } from './submit.ts'
import { watch } from './watch.ts'
import { withdraw } from './withdraw.ts'

export type { Here, Noticed } from './here.ts'

export const steps: Record<Step, StepFunction> = {
  hold,
  withdraw,
  cancel,
  stage,
  intend,
  submit,
  watch,
  fetch,
  parse,
  clean,
}
