// Takes files and folders dropped anywhere on the page, and says so while they hover.
import { useEffect, useState } from 'react'
import { droppedFiles, type Chosen } from './chosen.ts'
import { useLatest } from './hooks.ts'

export function DropZone({ onDrop }: { readonly onDrop: (chosen: Chosen) => void }) {
  const [over, setOver] = useState(false)
  const drop = useLatest(onDrop)
  useEffect(() => {
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false
    const onOver = (event: DragEvent) => {
      if (!hasFiles(event)) return
      event.preventDefault()
      setOver(true)
    }
    const onLeave = (event: DragEvent) => { if (event.relatedTarget === null) setOver(false) }
    const onFile = (event: DragEvent) => {
      if (!hasFiles(event)) return
      event.preventDefault()
      setOver(false)
      if (event.dataTransfer) void droppedFiles(event.dataTransfer).then((chosen) => chosen && drop(chosen))
    }
    addEventListener('dragover', onOver)
    addEventListener('dragleave', onLeave)
    addEventListener('drop', onFile)
    return () => {
      removeEventListener('dragover', onOver)
      removeEventListener('dragleave', onLeave)
      removeEventListener('drop', onFile)
    }
  }, [drop])
  return over ? <div className="sonde-drop" aria-hidden="true"><span>Drop to open</span></div> : null
}
