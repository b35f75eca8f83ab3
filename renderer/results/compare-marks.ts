import { cell, useCell } from '../cell.ts'

/** The runs that are compared, by id: A, then B. */
const marks = cell<readonly string[]>([])

export function useMarks(): readonly string[] {
  return useCell(marks)
}

/** Marks a run, or takes its mark away; a third one takes the place of B. */
export function toggleMark(run: string): void {
  const before = marks.get()
  marks.set(before.includes(run) ? before.filter(each => each !== run) : [...before.slice(0, 1), run])
}

export function clearMarks(): void {
  marks.set([])
}
