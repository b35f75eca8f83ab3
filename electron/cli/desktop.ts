import { execFile, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { resourcesFolder } from '../resources-folder.ts'

const LONGEST_START_MS = 60_000

/** Opens the desktop window, which then lives on its own: null, or one clause that says why there is none. */
export async function openDesktop(home: string): Promise<string | null> {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
    return 'there is no display here (DISPLAY and WAYLAND_DISPLAY are not set)'
  }
  const binary = await electronBinary()
  return binary.is === 'missing' ? binary.why : started(binary.path, home)
}

type Binary = { readonly is: 'there'; readonly path: string } | { readonly is: 'missing'; readonly why: string }

/** Asked of the package `electron`, which fetches its binary when it is first needed. In a process of its own: it prints. */
async function electronBinary(): Promise<Binary> {
  let main: string
  try {
    main = createRequire(import.meta.url).resolve('electron')
  } catch {
    return { is: 'missing', why: 'the package electron is not installed' }
  }
  try {
    const print = `process.stdout.write('\\n' + require(${JSON.stringify(main)}))`
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', print])
    return { is: 'there', path: stdout.split('\n').at(-1) ?? '' }
  } catch {
    return { is: 'missing', why: "Electron's binary is not here and cannot be fetched" }
  }
}

/** Starts it, and waits until it shows its window, or gives its place to the one that runs. */
function started(file: string, home: string): Promise<string | null> {
  const child = spawn(file, [dirname(resourcesFolder)], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, LARMOR_HOME: home },
  })
  return new Promise(resolve => {
    let complaint = ''
    const settle = (why: string | null) => {
      clearTimeout(timer)
      if (child.connected) child.disconnect()
      child.stderr?.destroy()
      child.unref()
      resolve(why)
    }
    const timer = setTimeout(() => {
      child.kill()
      settle(`Electron showed no window within ${LONGEST_START_MS / 1000} s`)
    }, LONGEST_START_MS)
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      if (complaint.length < 4000) complaint += text
    })
    child.on('message', () => settle(null))
    child.on('error', error => settle(`Electron cannot be started: ${error.message}`))
    child.on('exit', (code, signal) => {
      if (code === 0) return settle(null)
      const said = complaint.split('\n').find(line => line.trim() !== '')
      settle(`Electron ended with ${signal ?? `status ${code}`}${said === undefined ? '' : `: ${said.trim()}`}`)
    })
  })
}
