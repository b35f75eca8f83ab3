import type { Fault } from '../../shared/result.ts'

interface ComposeFootProps {
  /** What is started, with what must be said of it; empty where nothing must. */
  readonly figure: string
  /** What it will take, as far as that is known. */
  readonly cost: string
  /** A fault that no field shows. */
  readonly fault: Fault | null
  /** What is still wanted, as the button says it; null: it can start. */
  readonly missing: string | null
  readonly starting: boolean
  readonly start: string
  /** Why nothing can be sent now, or null: then the form is kept instead. */
  readonly offline: string | null
  onSave(): void
}

/** What it will take, and the one button; it names what is missing. */
export function ComposeFoot({ figure, cost, fault, missing, starting, start, offline, onSave }: ComposeFootProps) {
  return (
    <footer className="compose-foot">
      <div>
        <p className="figure">{figure}</p>
        <p className="hint">{cost}</p>
        {fault ? (
          <p className="error" role="alert">
            {fault.message} {fault.hint ?? ''}
          </p>
        ) : null}
      </div>
      {offline === null ? (
        <div className="row">
          <button type="button" onClick={onSave} title="Kept on this computer until it is started">
            Save draft
          </button>
          <button
            type="submit"
            className="primary"
            aria-disabled={missing !== null || starting}
            title={missing ?? 'Ctrl Enter'}
            data-submit=""
          >
            {starting ? 'Starting…' : (missing ?? start)}
          </button>
        </div>
      ) : (
        <button type="submit" className="primary" title={offline} data-submit="">
          Save draft
        </button>
      )}
    </footer>
  )
}
