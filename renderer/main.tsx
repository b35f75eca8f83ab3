import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { connectEngine } from './engine-client.ts'
import { createStore } from './store.ts'
import { DefectBoundary } from './ui/defect.tsx'
import './style/tokens.css'
import './style/page.css'

const engine = connectEngine()
const store = createStore(engine)
const root = document.getElementById('page')
if (!root) throw new Error('index.html has no #page')
createRoot(root).render(
  <StrictMode>
    <DefectBoundary>
      <App engine={engine} store={store} />
    </DefectBoundary>
  </StrictMode>,
)
