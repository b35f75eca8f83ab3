const SIGNS: Readonly<Record<string, string>> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
}

/** A key as it stands on the keyboard: `Ctrl K`. */
export function Keys({ keys }: { readonly keys: string }) {
  const parts = keys === '+' ? ['+'] : keys.split('+').map(part => (part === '' ? '+' : part))
  return <kbd className="keys">{parts.map(part => SIGNS[part] ?? part).join(' ')}</kbd>
}
