import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef } from 'react'
import { Sheet } from '../ui/sheet.tsx'
import type { Output } from './use-output.ts'

interface OutputViewProps {
  readonly title: string
  readonly output: Output
  onClose(): void
}

/** The whole output, its proving lines marked; opens at the first of them, else at the end. */
export function OutputView({ title, output, onClose }: OutputViewProps) {
  return (
    <Sheet title={title} className="output-view" focus=".output-lines" onClose={onClose}>
      {output.lines ? (
        <Lines lines={output.lines} proof={output.proof} good={output.good} />
      ) : (
        <p className="hint pad">
          {output.live ? 'It is still being written: its end is in the inspector.' : (output.fault ?? TOO_LONG)}
        </p>
      )}
    </Sheet>
  )
}

const TOO_LONG = 'It is too long to be shown whole; its file lies in the folder of the run.'

interface LinesProps extends Pick<Output, 'proof' | 'good'> {
  readonly lines: readonly string[]
}

function Lines({ lines, proof, good }: LinesProps) {
  const scroller = useRef<HTMLElement>(null)
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 16,
    overscan: 20,
  })
  const first = proof[0] ?? lines.length
  const scrollTo = virtual.scrollToIndex
  useEffect(() => {
    scrollTo(Math.min(first, lines.length) - 1, { align: 'center' })
  }, [first, lines.length, scrollTo])
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and holds no control
    <section className={good ? 'output-lines good' : 'output-lines'} ref={scroller} tabIndex={0} aria-label="Output">
      <pre style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start, key }) => (
          <span
            key={key}
            className={proof.includes(index + 1) ? 'line proof' : 'line'}
            style={{ transform: `translateY(${start}px)` }}
          >
            <span className="line-number">{index + 1}</span>
            {lines[index]}
          </span>
        ))}
      </pre>
    </section>
  )
}
