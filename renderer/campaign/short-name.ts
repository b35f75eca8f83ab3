/** `Methyl t-butyl ether` of `Methyl t-butyl ether (MTBE)`. */
export function shortName(name: string): string {
  return name.replace(/ \(.*\)$/, '')
}
