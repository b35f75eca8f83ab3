import { crc32 } from 'node:zlib'

const CRC = '{"crc":"'
const HEX = 8
const CLOSE = '}'.charCodeAt(0)

/**
 * A value as one line of JSON that shows damage: `{"crc":"8 hex","KEY":...}`, the CRC-32 (zlib's) being that of the
 * JSON text of the value. For what `JSON.stringify` returned, without line break at the end.
 */
export function seal(key: string, json: string): string {
  return `${CRC}${checksum(json)}","${key}":${json}}`
}

/** The JSON text of the sealed value; undefined where the line is cut, changed, or not sealed under this key. */
export function unseal(key: string, line: Buffer): string | undefined {
  const open = `","${key}":`
  const start = CRC.length + HEX + open.length
  const end = line.length - 1
  if (end <= start || line[end] !== CLOSE) return undefined
  if (line.toString('latin1', 0, CRC.length) !== CRC || line.toString('latin1', CRC.length + HEX, start) !== open)
    return undefined
  const value = line.subarray(start, end)
  return line.toString('latin1', CRC.length, CRC.length + HEX) === checksum(value) ? value.toString('utf8') : undefined
}

function checksum(data: string | Buffer): string {
  return crc32(data).toString(16).padStart(HEX, '0')
}
