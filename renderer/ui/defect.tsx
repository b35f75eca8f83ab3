import { Component, type ReactNode } from 'react'

interface DefectState {
  readonly error: Error | null
}

/** A defect of the page is said instead of a blank window; the work does not depend on the page. React wants a class. */
export class DefectBoundary extends Component<{ readonly children: ReactNode }, DefectState> {
  override readonly state: DefectState = { error: null }

  static getDerivedStateFromError(error: Error): DefectState {
    return { error }
  }

  override render(): ReactNode {
    const { error } = this.state
    if (!error) return this.props.children
    return (
      <main className="pad" role="alert">
        <h1>The page has a defect</h1>
        <p>Running work is not affected. Reload the page; if it comes back, report this:</p>
        <pre>{error.stack ?? error.message}</pre>
      </main>
    )
  }
}
