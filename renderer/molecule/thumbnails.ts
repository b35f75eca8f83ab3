import { useEffect, useState } from 'react'
import type { Engine } from '../../shared/contract.ts'
import type { ContentRef } from '../../shared/ids.ts'
import './molecule.css'
import { newViewer, show, type Viewer } from './scene.ts'
import { hasWebgl } from './webgl.ts'

/** Pictures by the content of the geometry; null where it could not be drawn. A picture is about 10 kB. */
const pictures = new Map<string, string | null>()
const MOST_KEPT = 2000
/** A card has no room for the margin that the live picture needs to be turned. */
const CLOSER = 1.5
const waiting = new Map<string, { readonly wanted: Wanted; readonly tell: ((picture: string | null) => void)[] }>()
let viewer: Promise<Viewer> | null = null
let busy = false

interface Wanted {
  readonly engine: Engine
  readonly geometry: ContentRef
}

/**
 * The picture of a geometry as a data address; undefined while it is being made, null where there is none. All come
 * from one hidden viewer, one after the other: a browser gives only few WebGL contexts.
 */
export function useThumbnail(engine: Engine, geometry: ContentRef): string | null | undefined {
  const { sha256, bytes } = geometry
  const [picture, setPicture] = useState(pictures.get(sha256))
  useEffect(() => {
    const made = pictures.get(sha256)
    setPicture(made)
    if (made !== undefined || !hasWebgl()) return
    const entry = waiting.get(sha256) ?? { wanted: { engine, geometry: { sha256, bytes } }, tell: [] }
    waiting.set(sha256, entry)
    entry.tell.push(setPicture)
    work()
    return () => {
      entry.tell.splice(entry.tell.indexOf(setPicture), 1)
    }
  }, [engine, sha256, bytes])
  return hasWebgl() ? picture : null
}

async function work(): Promise<void> {
  if (busy) return
  busy = true
  for (;;) {
    const [next] = waiting
    if (!next) break
    const [sha256, { wanted, tell }] = next
    waiting.delete(sha256)
    // Scrolled away, or another run: whoever comes back asks again.
    if (tell.length === 0) continue
    const picture = await draw(wanted).catch(() => null)
    if (pictures.size >= MOST_KEPT) pictures.delete(pictures.keys().next().value ?? '')
    pictures.set(sha256, picture)
    for (const each of tell) each(picture)
    await breath()
  }
  busy = false
}

async function draw({ engine, geometry }: Wanted): Promise<string | null> {
  const text = await engine.read(geometry)
  if (!text.ok) return null
  viewer ??= newViewer(hiddenPlace(), false)
  const drawn = await viewer
  if (!show(drawn, text.value)) return null
  drawn.zoom(CLOSER)
  drawn.render()
  return pictureOf(drawn.getCanvas())
}

/** By way of a flat canvas: reading a WebGL one directly makes the graphics stall. */
function pictureOf(canvas: HTMLCanvasElement): string {
  const flat = document.createElement('canvas')
  flat.width = canvas.width
  flat.height = canvas.height
  flat.getContext('2d')?.drawImage(canvas, 0, 0)
  return flat.toDataURL('image/png')
}

function hiddenPlace(): HTMLElement {
  const place = document.createElement('div')
  place.className = 'thumbnail-maker'
  place.setAttribute('aria-hidden', 'true')
  place.inert = true
  document.body.append(place)
  return place
}

/** The window stays usable while many are made. */
function breath(): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, 0))
}
