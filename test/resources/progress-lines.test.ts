import { expect, test } from 'vitest'
import { progressLines } from '../../resources/progress-lines.mjs'

const run = (
  progress: number,
  counts: Readonly<Record<string, number>>,
  state = 'running',
  step: string | null = 'Optimise',
) => ({
  state,
  step_label: step,
  counts,
  progress,
})

test('a line for each change of step or jobs, one every 30 s while it runs, and none once it has ended', () => {
  const lines = progressLines()
  const seconds: number[] = []
  const printed: string[] = []
  const look = (at: number, of: ReturnType<typeof run> | null) => {
    const line = lines.look(of, Date.UTC(2026, 0, 1) + 1000 * at)
    if (line === null) return
    seconds.push(at)
    printed.push(line.slice('12:00:00  '.length))
  }
  look(0, null)
  look(1, run(0, {}, 'running', 'Conformers'))
  look(2, run(0.1, { running: 1 }))
  // Two minutes of NWChem: each percent is a change of the state, and then nothing comes at all.
  for (let s = 3; s <= 60; s++) look(s, run(0.1 + s / 1000, { running: 1 }))
  for (let s = 61; s <= 120; s++) look(s, null)
  look(121, run(0.9, { parsed: 1, completed: 1 }, 'completed', null))
  for (let s = 122; s <= 300; s++) look(s, null)
  expect(seconds).toEqual([1, 2, 32, 62, 92, 121])
  expect(printed).toEqual([
    '  0 %  Conformers',
    ' 10 %  Optimise  1 running',
    ' 13 %  Optimise  1 running',
    ' 16 %  Optimise  1 running',
    ' 16 %  Optimise  1 running',
    ' 90 %  completed  1 completed',
  ])
})
