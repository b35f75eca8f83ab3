import '@fontsource-variable/inter'
import '@fontsource-variable/jetbrains-mono'
import './style/tokens.css'
import './style/base.css'
import './style/controls.css'
import './style/tables.css'
import './style/dialogs.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { bridge, connectDesktop, desktopHost } from './desktop.ts'
import { connectEngine } from './engine-client.ts'
import { browserHost } from './host.ts'
import { createStore } from './store.ts'
import { startTheme } from './theme.ts'
import { DefectBoundary } from './ui/defect.tsx'

startTheme()
const engine = bridge ? connectDesktop(bridge) : connectEngine()
const host = bridge ? desktopHost(bridge) : browserHost
const store = createStore(engine)
const root = document.getElementById('page')
if (!root) throw new Error('index.html has no #page')
createRoot(root).render(
  <StrictMode>
    <DefectBoundary>
      <App engine={engine} store={store} host={host} />
    </DefectBoundary>
  </StrictMode>,
)
