import type { ReactNode } from 'react'
import { cell, useCell } from '../cell.ts'
import { Scroll } from './scroll.tsx'

const asTables = cell(false)

/** All charts of the window become tables of the same numbers, or charts again. */
export function toggleChartTables(): void {
  asTables.set(!asTables.get())
}

interface ChartProps {
  /** What the table is of. */
  readonly name: string
  readonly heads: readonly string[]
  /** Asked for only where the table is shown. */
  rows(): readonly (readonly string[])[]
  /** The chart itself. */
  readonly children: ReactNode
}

/** A chart, or, where a person wants it (T), a table with the same numbers. */
export function Chart({ name, heads, rows, children }: ChartProps) {
  if (!useCell(asTables)) return children
  const shown = rows()
  return (
    <Scroll label={`${name} as a table`} className="chart-table">
      <table data-chart-table={name}>
        <thead>
          <tr>
            {heads.map(head => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map(cells => (
            <tr key={cells.join('|')}>
              {cells.map((text, i) => (
                <td key={heads[i]}>{text}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}
