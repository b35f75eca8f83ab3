import { csvOf, publishedHtml, publishedLatex, publishedText } from '../../shared/exports/index.ts'
import { knownOf } from '../../shared/model/known.ts'
import type { Run } from '../../shared/model/run.ts'
import type { State } from '../../shared/model/state.ts'
import { pointRows, publishedTable, statisticsRows } from '../../shared/workflows/index.ts'
import { useLarmor } from '../larmor.ts'
import { Menu } from '../ui/menu.tsx'
import { note } from '../ui/toast.tsx'

/**
 * What a campaign ends with, at any time: the table of levels to be printed, with n, what is left out, versions and
 * inputs, and as data the files that stand in its folder.
 */
export function ExportTables({ state, run }: { readonly state: State; readonly run: Run }) {
  const { host } = useLarmor()
  const known = knownOf(state, run)
  const files = [
    ['For LaTeX', 'levels.tex', () => publishedLatex(publishedTable(known))],
    ['For Word', 'levels.html', () => publishedHtml(publishedTable(known))],
    ['As data', 'statistics.csv', () => csvOf(statisticsRows(known))],
    ['Each environment', 'environments.csv', () => csvOf(pointRows(known))],
  ] as const

  async function copyTable(): Promise<void> {
    const table = publishedTable(known)
    const html = new Blob([publishedHtml(table)], { type: 'text/html' })
    const text = new Blob([publishedText(table)], { type: 'text/plain' })
    await navigator.clipboard.write([new ClipboardItem({ 'text/html': html, 'text/plain': text })])
    note('Table copied: it pastes as a table')
  }
  const orTell = (work: Promise<void>) =>
    work.catch((error: unknown) => note(`Not exported: ${error}`, { shape: 'octagon' }))

  return (
    <Menu label="Export table">
      {close => (
        <>
          <button
            type="button"
            onClick={() => {
              close()
              orTell(copyTable())
            }}
          >
            <span>Copy, to be pasted in Word</span>
          </button>
          {files.map(([label, name, textOf]) => (
            <button
              key={name}
              type="button"
              onClick={() => {
                close()
                orTell(host.saveFile(`${run.id}-${name}`, textOf()))
              }}
              data-export={name}
            >
              <span>{label}</span>
              <span className="hint">{name.replace(/^\w+/, '')}</span>
            </button>
          ))}
        </>
      )}
    </Menu>
  )
}
