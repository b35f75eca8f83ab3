/** A number as a chemist prints it: fixed decimals, a true minus sign, never `-0.00`; a dash where there is none. */
export function fixed(value: number | null | undefined, decimals: number): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–'
  const text = value.toFixed(decimals)
  return Number(text) === 0 ? text.replace('-', '') : text.replace('-', '\u2212')
}

export function percent(share: number | null | undefined, decimals = 1): string {
  return share === null || share === undefined ? '–' : `${fixed(share * 100, decimals)}\u2009%`
}

/** How much of a run is done, in whole per cents, as the terminal has them: 100 only once all is. */
export function percentDone(share: number): string {
  return percent(Math.floor(share * 100) / 100, 0)
}

/** `1 job`, `2 jobs`. */
export function plural(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}

/** `812 B`, `1.4 kB`, `48 MB`, by thousands. */
export function bytes(n: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = n < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(n) / 3))
  const value = n / 1000 ** power
  return `${power === 0 || value >= 10 ? Math.round(value) : value.toFixed(1)} ${units[power]}`
}
