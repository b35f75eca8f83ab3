import { Scroll } from '../ui/scroll.tsx'
import type { Output } from './use-output.ts'

const LAST = 10
const AROUND = 2

/** The end of the output, and the lines that prove the verdict with those around them. */
export function OutputTail({ output, onOpen }: { readonly output: Output; readonly onOpen: () => void }) {
  const { live, lines, proof, fault, file } = output
  if (file === null && live === null) return null
  return (
    <section aria-labelledby="tail-title">
      <h3 id="tail-title">
        Output{' '}
        {file ? (
          <button type="button" className="link" onClick={onOpen}>
            Open file
          </button>
        ) : null}
      </h3>
      {fault === null ? null : <p className="error">{fault}</p>}
      <Scroll className={output.good ? 'tail good' : 'tail'} label="End of the output">
        <pre>{live ? live.tail : lines ? <Marked lines={lines} proof={proof} /> : 'Reading…'}</pre>
      </Scroll>
    </section>
  )
}

function Marked({ lines, proof }: { readonly lines: readonly string[]; readonly proof: readonly number[] }) {
  const end = lines.at(-1) === '' ? lines.length - 1 : lines.length
  const wanted = new Set<number>()
  for (const line of proof) for (let n = line - AROUND; n <= line + AROUND; n++) if (n > 0 && n <= end) wanted.add(n)
  for (let n = Math.max(1, end - LAST + 1); n <= end; n++) wanted.add(n)
  const shown = [...wanted].sort((a, b) => a - b)
  return shown.map((n, i) => (
    <span key={n}>
      {i > 0 && shown[i - 1] !== n - 1 ? <span className="skipped">{'…\n'}</span> : null}
      {proof.includes(n) ? <mark data-line={n}>{lines[n - 1]}</mark> : lines[n - 1]}
      {'\n'}
    </span>
  ))
}
