import { useEffect, useState } from 'react'
import type { MachineActivity, Question } from '../../shared/contract.ts'
import { useLarmor } from '../larmor.ts'

/** What a person is asked now. */
export function useQuestions(): readonly Question[] {
  const { engine } = useLarmor()
  const [open, setOpen] = useState<readonly Question[]>([])
  useEffect(() => engine.questions(setOpen), [engine])
  return open
}

/** What each machine was asked since the engine lives, by its name; empty until the engine has told. */
export function useActivity(): ReadonlyMap<string, MachineActivity> {
  const { engine } = useLarmor()
  const [activity, setActivity] = useState<ReadonlyMap<string, MachineActivity>>(new Map())
  useEffect(() => engine.activity(now => setActivity(new Map(now.map(of => [of.machine, of])))), [engine])
  return activity
}
