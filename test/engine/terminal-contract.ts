import { expect, test } from 'vitest'
import type { MachineName } from '../../shared/ids.ts'
import { orThrow } from '../../shared/result.ts'
import type { InProcess } from './in-process.ts'

/** What a terminal does on any machine. `where`: the engine, and a folder of that machine, once they are there. */
export function terminalContract(
  machine: MachineName,
  where: () => { readonly larmor: InProcess; readonly dir: string },
) {
  const dir = () => where().dir
  async function open(dir: string | null) {
    const { engine } = where().larmor
    const { terminal } = orThrow(await engine.terminal({ does: 'open', machine, dir, columns: 80, rows: 24 }))
    let text = ''
    return {
      terminal,
      type: async (line: string) => orThrow(await engine.terminal({ does: 'write', terminal, text: line })),
      resize: async (columns: number) =>
        orThrow(await engine.terminal({ does: 'resize', terminal, columns, rows: 24 })),
      close: () => engine.terminal({ does: 'close', terminal }),
      /** Reads until the words were printed. */
      async until(words: string): Promise<string> {
        while (!text.includes(words)) {
          const { data, ended } = orThrow(await engine.terminal({ does: 'read', terminal }))
          text += Buffer.from(data, 'base64').toString('utf8')
          if (ended !== null) throw new Error(`ended before ${words}: ${text}`)
        }
        return text
      },
      async end(): Promise<string> {
        for (;;) {
          const { ended } = orThrow(await engine.terminal({ does: 'read', terminal }))
          if (ended !== null) return ended
        }
      },
    }
  }

  test('a shell begins in the folder, is as wide as it is shown, and is told so', async () => {
    const shell = await open(dir())
    await shell.type('echo "in:$(pwd):$(stty size):$TERM:" µ\n')
    const printed = await shell.until(`in:${dir()}:24 80:xterm-256color:`)
    expect(printed).toContain('µ')
    await shell.resize(133)
    // The width and what is typed take two ways; by ssh the width may come last.
    await shell.type('until [ "$(stty size)" = "24 133" ]; do sleep 0.1; done; echo now:$(stty size):\n')
    await shell.until('now:24 133:')
    await shell.type('exit\n')
    expect(await shell.end()).toBe('The shell has ended.')
    expect(await where().larmor.engine.terminal({ does: 'read', terminal: shell.terminal })).toMatchObject({
      ok: false,
    })
  })

  test('what nobody reads stops; all of it comes in order once somebody does', async () => {
    const shell = await open(null)
    await shell.type(
      'stty -echo; awk \'BEGIN { print ""; for (i = 1; i <= 400000; i++) print i; print "the", "end" }\'\n',
    )
    await new Promise(resolve => setTimeout(resolve, 1500))
    const text = await shell.until('the end')
    const numbers = text.split(/\r*\n/).filter(line => /^\d+$/.test(line))
    expect(numbers.length).toBe(400_000)
    expect(numbers.every((line, i) => Number(line) === i + 1)).toBe(true)
    await shell.close()
  })

  test('a folder that is not there is said by the shell, in the home folder', async () => {
    const shell = await open('/no/such/folder $(reboot)')
    await shell.type('echo at:$(pwd):\n')
    expect(await shell.until('at:/')).toMatch(/No such file or directory|can't cd/)
    await shell.close()
  })

  test('a third one on the same machine is refused, until one is closed', async () => {
    const [one, two] = [await open(null), await open(null)]
    const call = { does: 'open', machine, dir: null, columns: 80, rows: 24 } as const
    expect(await where().larmor.engine.terminal(call)).toMatchObject({ ok: false, fault: { code: 'not-now' } })
    await one.close()
    const three = await open(null)
    await two.close()
    await three.close()
  })
}
