import { crc32 } from 'node:zlib'

const CRC = '{"crc":"'
const HEX = 8

/**
 * A value as one line of JSON that shows damage: `{"crc":"8 hex","KEY":...}`, the CRC-32 (zlib's) being that of the
 * JSON text of the value. For what `JSON.stringify` returned, without line break at the end.
 */
export function seal(key: string, json: string): string {
  return `${CRC}${checksum(json)}","${key}":${json}}`
}

/** The JSON text of the sealed value; undefined where the line is cut, changed, or not sealed under this key. */
export function unseal(key: string, line: string): string | undefined {
  const middle = `","${key}":`
  const start = CRC.length + HEX + middle.length
  if (!line.startsWith(CRC) || !line.startsWith(middle, CRC.length + HEX) || !line.endsWith('}')) return undefined
  const json = line.slice(start, -1)
  // Compared as numbers: writing each checksum out again would cost more than making it.
  return Number.parseInt(line.slice(CRC.length, CRC.length + HEX), 16) === crc32(json) ? json : undefined
}

function checksum(json: string): string {
  return crc32(json).toString(16).padStart(HEX, '0')
}
