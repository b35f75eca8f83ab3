import { Sheet } from '../ui/sheet.tsx'
import { type KeyCommand, keyCommands } from './commands.ts'
import { Keys } from './keys-text.tsx'
import './keys.css'

/** Every key, by place, from the table. */
export function KeyHelp({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  if (!open) return null
  return (
    <Sheet title="Keys" className="key-help" onClose={onClose}>
      <div className="sheet-body">
        <KeyTable />
      </div>
    </Sheet>
  )
}

export function KeyTable() {
  const all = Object.values<KeyCommand>(keyCommands)
  const places = [...new Set(all.map(({ place }) => place))]
  return (
    <div className="key-table">
      {places.map(place => (
        <section key={place} aria-label={place}>
          <h3>{place}</h3>
          <dl>
            {all
              .filter(command => command.place === place && command.keys.length > 0)
              .map(({ does, keys }) => (
                <div key={does}>
                  <dt>{does}</dt>
                  <dd>
                    {keys.map(each => (
                      <Keys key={each} keys={each} />
                    ))}
                  </dd>
                </div>
              ))}
          </dl>
        </section>
      ))}
    </div>
  )
}
