import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { extract } from 'tar-stream'
import type { Label } from '../../../shared/ids.ts'
import { type RemoteAgent, roomHint } from '../machines/remote-agent.ts'
import { allOf, CommandFailed } from '../machines/transports/index.ts'

/** The sums that the machine made of a job's files: what a folder holds once all of it has arrived. */
const SUMS = 'fetch.sha256'
/** A plain file name: nothing from a machine ever names a path. */
const PLAIN = /^[A-Za-z0-9_+,=@][A-Za-z0-9._+,=@ -]*$/

export type Sums = readonly (readonly [name: string, sum: string])[]

/** sha256sum's lines: the sum, a blank, a blank or "*", and the name (as the agent gives it, after "./"). */
function readSums(text: string): Sums {
  return text.split('\n').flatMap(line => {
    const found = /^(?<sum>[0-9a-f]{64}) [ *]\.\/(?<name>.+)$/.exec(line)?.groups
    return found?.sum && found.name && PLAIN.test(found.name) ? [[found.name, found.sum] as const] : []
  })
}

/**
 * Brings the files of jobs into folders here, and resolves with the labels of which the machine has something, each with
 * whether its sums came. What an earlier call left in a folder when its line was cut is gone on from, as long as the file
 * on the machine is still the same by its sum; any other is brought anew. Whether all of it arrived is for the sums to
 * tell. `count` is told of each piece, in bytes. Streams: outputs may be gigabytes.
 */
export async function receive(
  agent: RemoteAgent,
  folders: ReadonlyMap<Label, string>,
  count: (bytes: number) => void,
): Promise<ReadonlyMap<Label, boolean>> {
  for (const folder of folders.values()) await mkdir(folder, { recursive: true })
  return agent.probe.lacks.includes('tar') ? bySftp(agent, folders, count) : byTar(agent, folders, count)
}

async function byTar(
  agent: RemoteAgent,
  folders: ReadonlyMap<Label, string>,
  count: (bytes: number) => void,
): Promise<ReadonlyMap<Label, boolean>> {
  const there: string[] = []
  for (const [label, folder] of folders) {
    for (const [name, sum] of await sumsIn(folder)) {
      const path = join(folder, name)
      if ((await bytesOf(path)) > 0 && (await sumOf(path)) !== sum) await goOn(agent, { label, name, sum, path }, count)
      if ((await sumOf(path)) === sum) there.push(`${sum}  ${label}/${name}\n`)
    }
  }
  const { out, done } = agent.pack([...folders.keys()], there.join(''))
  const tar = extract()
  const unpacking = pipeline(out, meter(count), tar)
  unpacking.catch(() => {}) // reported below; the loop over the entries ends with it
  const arrived = new Map<Label, boolean>()
  for await (const entry of tar) {
    const [label = '', name = '', ...deeper] = entry.header.name.split('/')
    const folder = folders.get(label as Label)
    const isPlain = folder && entry.header.type === 'file' && deeper.length === 0 && PLAIN.test(name)
    if (!isPlain) entry.resume()
    else if (name === SUMS) {
      await takeSums(folder, (await allOf(entry)).toString('utf8'))
      arrived.set(label as Label, true)
    } else {
      await pipeline(entry, createWriteStream(join(folder, name)))
      arrived.set(label as Label, arrived.get(label as Label) ?? false)
    }
  }
  await unpacking
  const { exit, err } = await done
  if (exit !== 0) throw new CommandFailed(`the results did not arrive: ${err.slice(0, 500)}`, roomHint(err))
  return arrived
}

/** The rest of a file that was cut; where it is another one by now, what is here of the old one goes. */
async function goOn(
  agent: RemoteAgent,
  {
    label,
    name,
    sum,
    path,
  }: { readonly label: Label; readonly name: string; readonly sum: string; readonly path: string },
  count: (bytes: number) => void,
): Promise<void> {
  const { out, done } = agent.rest(label, name, await bytesOf(path), sum)
  await pipeline(out, meter(count), createWriteStream(path, { flags: 'a' }))
  if ((await done).exit !== 0 || (await sumOf(path)) !== sum) await rm(path)
}

/** Where the machine has no tar: file by file. */
async function bySftp(
  agent: RemoteAgent,
  folders: ReadonlyMap<Label, string>,
  count: (bytes: number) => void,
): Promise<ReadonlyMap<Label, boolean>> {
  const arrived = new Map<Label, boolean>()
  const sums = await agent.sums([...folders.keys()])
  const sftp = await agent.sftp()
  try {
    for (const [label, lines] of sums) {
      const folder = folders.get(label)
      if (folder === undefined) continue
      await takeSums(folder, lines)
      for (const [name, sum] of readSums(lines)) {
        const path = join(folder, name)
        const here = await bytesOf(path)
        if (here > 0 && (await sumOf(path)) === sum) continue
        await pipeline(sftp.read(label, name, here), meter(count), createWriteStream(path, { flags: 'a' }))
      }
      arrived.set(label, true)
    }
  } finally {
    sftp.close()
  }
  return arrived
}

/** What an earlier call was told of them; empty where there was none. */
export async function sumsIn(folder: string): Promise<Sums> {
  return readSums(await readFile(join(folder, SUMS), 'utf8').catch(() => ''))
}

/** The folder gets other sums: what is there by any other sum, or none, is no part of what is to come. */
async function takeSums(folder: string, lines: string): Promise<void> {
  const before = new Map(await sumsIn(folder))
  const now = new Map(readSums(lines))
  for (const name of await readdir(folder)) {
    const same = before.get(name) !== undefined && before.get(name) === now.get(name)
    if (name !== SUMS && !same) await rm(join(folder, name), { recursive: true })
  }
  await writeFile(join(folder, SUMS), lines)
}

function meter(count: (bytes: number) => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _, done) {
      count(chunk.length)
      done(null, chunk)
    },
  })
}

async function bytesOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  )
}

/** Null where there is no such file. */
export async function sumOf(path: string): Promise<string | null> {
  const hash = createHash('sha256')
  try {
    await pipeline(createReadStream(path) as Readable, hash)
    return hash.digest('hex')
  } catch {
    return null
  }
}
