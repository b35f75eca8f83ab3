import { useEffect, useRef, useState } from 'react'
import type { Engine } from '../../shared/contract.ts'
import type { ContentRef } from '../../shared/ids.ts'
import './molecule.css'
import { newViewer, show, type Viewer } from './scene.ts'

interface LiveViewerProps {
  readonly engine: Engine
  readonly geometry: ContentRef
  readonly elements: readonly string[]
  /** What is shown, in words. */
  readonly title: string
  /** Atoms (from 1) with a ring around them. */
  readonly ringed: readonly number[]
  /** What stands under the rings. */
  readonly ringLabel: string | null
  /** Whether every atom has its name. */
  readonly labels: boolean
  onPick(atom: number): void
}

interface Spot {
  readonly atom: number
  readonly x: number
  readonly y: number
}

/** One geometry, to be turned and zoomed. Names and rings lie over the picture, so that they stay sharp and readable. */
export function LiveViewer(props: LiveViewerProps) {
  const { engine, geometry, elements, title, ringed, ringLabel, labels, onPick } = props
  const { sha256, bytes } = geometry
  const place = useRef<HTMLDivElement>(null)
  const viewer = useRef<Viewer | null>(null)
  const pick = useRef(onPick)
  pick.current = onPick
  const [spots, setSpots] = useState<readonly Spot[]>([])
  const [state, setState] = useState<'loading' | 'shown' | 'missing'>('loading')

  useEffect(() => {
    let gone = false
    const read = engine.read({ sha256, bytes })
    const drawn = async () => {
      const text = await read
      if (gone || !place.current) return
      if (!text.ok) return setState('missing')
      viewer.current ??= await newViewer(place.current)
      const live = viewer.current
      if (gone) return
      if (!show(live, text.value)) return setState('missing')
      const look = () => setSpots(spotsOf(live))
      live.setViewChangeCallback(look)
      live.setClickable({}, true, (atom: { readonly serial?: number; readonly index?: number }) => {
        if (atom.index !== undefined) pick.current(atom.index + 1)
      })
      live.render()
      look()
      setState('shown')
    }
    drawn().catch(() => setState('missing'))
    return () => {
      gone = true
    }
  }, [engine, sha256, bytes])

  useEffect(() => {
    const box = place.current
    if (!box) return
    const sizes = new ResizeObserver(() => {
      const live = viewer.current
      if (!live) return
      live.resize()
      setSpots(spotsOf(live))
    })
    sizes.observe(box)
    return () => sizes.disconnect()
  }, [])

  const marked = spots.filter(({ atom }) => ringed.includes(atom))
  const lowest = marked.reduce((y, spot) => Math.max(y, spot.y), 0)
  const middle = marked.reduce((x, spot) => x + spot.x, 0) / (marked.length || 1)
  return (
    <div className="live-viewer" data-viewer={state}>
      <div ref={place} className="live-place" role="img" aria-label={title} />
      <svg className="live-marks" aria-hidden="true" data-rings={marked.length}>
        {marked.map(({ atom, x, y }) => (
          <circle key={atom} className="ring" cx={x} cy={y} r={11} />
        ))}
        {labels
          ? spots.map(({ atom, x, y }) => (
              <text key={atom} className="atom-label" x={x} y={y + 3}>
                {elements[atom - 1]}
                {atom}
              </text>
            ))
          : null}
        {ringLabel && marked.length > 0 ? (
          <text className="ring-label" x={middle} y={lowest + 26}>
            {ringLabel}
          </text>
        ) : null}
      </svg>
      {state === 'missing' ? <p className="hint">This geometry cannot be shown.</p> : null}
    </div>
  )
}

/** Where the atoms are on the screen, in pixels of the viewer. */
function spotsOf(viewer: Viewer): readonly Spot[] {
  const atoms = viewer.selectedAtoms({}) as readonly { readonly x: number; readonly y: number; readonly z: number }[]
  const places = viewer.modelToScreen(atoms) as readonly { readonly x: number; readonly y: number }[]
  const canvas = viewer.getCanvas().getBoundingClientRect()
  return places.map(({ x, y }, i) => ({
    atom: i + 1,
    x: x - canvas.left - scrollX,
    y: y - canvas.top - scrollY,
  }))
}
