import { useEffect, useMemo, useState } from 'react'
import type { MachineActivity, Question, Trouble } from '../../shared/contract.ts'
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

/** What keeps the engine from its work, by the machine that it would be done for. */
export function useTroubles(): ReadonlyMap<string, Trouble> {
  const activity = useActivity()
  const text = JSON.stringify(
    [...activity.values()].flatMap(({ machine, trouble }) => (trouble ? [[machine, trouble]] : [])),
  )
  return useMemo(() => new Map(JSON.parse(text) as (readonly [string, Trouble])[]), [text])
}
