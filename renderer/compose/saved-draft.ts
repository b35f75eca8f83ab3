import { note } from '../ui/toast.tsx'

/**
 * What was saved of a form, on top of its empty state; fields of another kind, of another version or a damaged store, are
 * left as they are in the empty one.
 */
export function readSaved<Draft extends object>(key: string, empty: Draft): Draft {
  try {
    const saved = JSON.parse(localStorage.getItem(key) ?? '{}') as Partial<Draft>
    const fields = (Object.keys(empty) as (keyof Draft)[]).filter(
      field => kindOf(saved[field]) === kindOf(empty[field]) || (empty[field] === null && saved[field] !== undefined),
    )
    return { ...empty, ...Object.fromEntries(fields.map(field => [field, saved[field]])) }
  } catch {
    return empty
  }
}

/** Keeps a form over restarts, on this computer alone, and says so. */
export function saveDraft(key: string, draft: object): void {
  try {
    localStorage.setItem(key, JSON.stringify(draft))
    note('Draft saved: it is here again when Larmor is opened the next time.')
  } catch {
    note('Not saved: its files are too large to be kept with a draft. They stay here until Larmor is closed.', {
      shape: 'octagon',
    })
  }
}

export function forgetSaved(key: string): void {
  localStorage.removeItem(key)
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'list' : value === null ? 'null' : typeof value
}
