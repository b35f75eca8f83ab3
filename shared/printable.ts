/** The text without control characters but line ends and tabs: what machines say is data, never an instruction to a terminal. */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, character => (character === '\n' || character === '\t' ? character : ''))
}
