/** The XYZ text of an alkane in a zigzag: so many carbons take xtb as long as a test wants. */
export function alkane(carbons: number): string {
  const rows = Array.from({ length: carbons }, (_, i) => {
    const side = i % 2 === 0 ? -1 : 1
    const [x, y] = [i * 1.26, 0.43 * side]
    return [`C ${x} ${y} 0`, `H ${x} ${y + 0.63 * side} 0.89`, `H ${x} ${y + 0.63 * side} -0.89`]
  }).flat()
  const ends = ['H -0.9 0.2 0', `H ${(carbons - 1) * 1.26 + 0.9} ${carbons % 2 === 0 ? -0.2 : 0.2} 0`]
  return `${rows.length + 2}\nalkane\n${[...rows, ...ends].join('\n')}\n`
}
