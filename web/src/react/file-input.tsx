// The hidden input behind every button that opens files.
import { useRef, type ChangeEvent, type ReactNode } from 'react'
import type { Source } from '../model/index.ts'
import { chosenFiles, fileTypes } from './chosen.ts'

export function useFileInput(label: string, onOpen: (source: Source) => void): { choose(): void; readonly input: ReactNode } {
  const ref = useRef<HTMLInputElement>(null)
  const take = ({ target }: ChangeEvent<HTMLInputElement>) => {
    const chosen = chosenFiles([...(target.files ?? [])])
    target.value = '' // so that the same file can be chosen again
    if (chosen) onOpen(chosen.source)
  }
  return {
    choose: () => ref.current?.click(),
    input: <input ref={ref} type="file" multiple hidden accept={fileTypes} aria-label={label} data-testid={label} onChange={take} />,
  }
}
