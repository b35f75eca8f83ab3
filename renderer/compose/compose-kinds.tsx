import { address } from '../route.ts'

const KINDS = [
  ['ensemble', 'Molecules', []],
  ['campaign', 'Campaign', ['campaign']],
] as const

/** What a new run can be of. */
export function ComposeKinds({ chosen }: { readonly chosen: (typeof KINDS)[number][0] }) {
  return (
    <nav className="segmented" aria-label="Kind of run">
      {KINDS.map(([kind, label, path]) => (
        <a
          key={kind}
          className="button"
          href={address('new', ...path)}
          aria-current={kind === chosen ? 'page' : undefined}
        >
          {label}
        </a>
      ))}
    </nav>
  )
}
