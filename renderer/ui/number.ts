/** A number as a chemist prints it: fixed decimals, a true minus sign, never `-0.00`; a dash where there is none. */
export function fixed(value: number | null | undefined, decimals: number): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–'
  const text = value.toFixed(decimals)
  return Number(text) === 0 ? text.replace('-', '') : text.replace('-', '\u2212')
}

export function percent(share: number | null | undefined, decimals = 1): string {
  return share === null || share === undefined ? '–' : `${fixed(share * 100, decimals)}\u2009%`
}

/** `1 job`, `2 jobs`. */
export function plural(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}
