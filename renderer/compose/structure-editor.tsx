import { CanvasEditor, Molecule } from 'openchemlib'
import { useEffect, useRef, useState } from 'react'
import { Dialog } from '../ui/dialog.tsx'

interface StructureEditorProps {
  /** What is drawn at first; empty where it does not parse. */
  readonly smiles: string
  onKeep(smiles: string): void
  onClose(): void
}

/** openchemlib's editor in a dialog; its drawing comes back as a SMILES, with its stereochemistry. */
export function StructureEditor({ smiles, onKeep, onClose }: StructureEditorProps) {
  const place = useRef<HTMLDivElement>(null)
  const editor = useRef<CanvasEditor | null>(null)
  const [drawn, setDrawn] = useState(smiles)
  const first = useRef(smiles)
  useEffect(() => {
    if (!place.current) return
    const made = new CanvasEditor(place.current, { initialMode: 'molecule' })
    made.setMolecule(read(first.current))
    made.setOnChangeListener(() => setDrawn(made.getMolecule().toIsomericSmiles()))
    editor.current = made
    return () => made.destroy()
  }, [])
  return (
    <Dialog
      title="Draw the molecule"
      wide
      onClose={onClose}
      onSubmit={() => {
        const made = editor.current?.getMolecule().toIsomericSmiles() ?? ''
        if (made === '') return
        onKeep(made)
      }}
    >
      <div ref={place} className="editor-place" data-editor="" />
      <p className="machine-text editor-smiles" role="status">
        {drawn || 'Nothing is drawn yet.'}
      </p>
      <div className="row end">
        <button type="button" onClick={onClose}>
          Back
        </button>
        <button type="submit" className="primary" aria-disabled={drawn === ''}>
          Use it
        </button>
      </div>
    </Dialog>
  )
}

function read(smiles: string): Molecule {
  try {
    return Molecule.fromSmiles(smiles)
  } catch {
    return new Molecule(0, 0)
  }
}
