import electron = require('electron')

/**
 * The page's only way out of its sandbox: one channel up, one down (DesktopBridge of shared/desktop.ts; a sandboxed
 * preload script cannot import it). The host looks at every sender and every argument.
 */
const bridge = {
  invoke: (call: string, ...args: readonly unknown[]): Promise<unknown> =>
    electron.ipcRenderer.invoke('larmor:call', call, ...args),
  listen(listener: (message: unknown) => void): () => void {
    const hear = (_event: unknown, message: unknown) => listener(message)
    electron.ipcRenderer.on('larmor:message', hear)
    return () => {
      electron.ipcRenderer.off('larmor:message', hear)
    }
  },
}

electron.contextBridge.exposeInMainWorld('larmor', bridge)
