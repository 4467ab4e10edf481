// The few drawn symbols: 16 px, one stroke, the colour of the text beside them.

const paths = {
  search: 'M7 12.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11ZM11 11l3.5 3.5',
  close: 'M3.5 3.5l9 9m0-9l-9 9',
  undo: 'M5.5 3L2.5 6l3 3M2.5 6H10a3.5 3.5 0 0 1 0 7H6.5',
  redo: 'M10.5 3l3 3-3 3M13.5 6H6a3.5 3.5 0 0 0 0 7h3.5',
  columns: 'M2 3h12v10H2zM6 3v10M10 3v10',
  info: 'M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM8 7.3v4M8 4.7v.3',
  open: 'M2 13V3h4l1.5 2H14v8z',
  save: 'M8 2v8M4.5 6.5L8 10l3.5-3.5M2.5 10.5V13a1 1 0 0 0 1 1h9a1 1 0 0 0 1-1v-2.5',
  sun: 'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1',
  moon: 'M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7Z',
  auto: 'M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM8 1.5v13M10 2v12M12 3.2v9.6',
  jump: 'M8 2v9M4.5 7.5L8 11l3.5-3.5M3 14h10',
  back: 'M7 3.5L2.5 8 7 12.5M2.5 8h11',
  sql: 'M5.5 4L1.5 8l4 4M10.5 4l4 4-4 4',
  filter: 'M2 3h12L9.5 8.5V13l-3-1.5v-3z',
} as const

export type IconName = keyof typeof paths

export const Icon = ({ name }: { readonly name: IconName }) => (
  <svg className="sonde-icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
    <path d={paths[name]} fill="none" stroke="currentColor" strokeWidth="1.4" strokeLinecap="round" strokeLinejoin="round" />
  </svg>
)

export function IconButton({ icon, label, onClick, disabled = false, pressed, text }: {
  readonly icon: IconName
  readonly label: string
  readonly onClick: (button: HTMLElement) => void
  readonly disabled?: boolean
  readonly pressed?: boolean
  /** Shown beside the icon where there is room. */
  readonly text?: string
}) {
  return (
    <button
      type="button" className="sonde-button" disabled={disabled} aria-pressed={pressed} aria-label={label} title={label}
      onClick={(event) => onClick(event.currentTarget)}
    >
      <Icon name={icon} />{text !== undefined && <span className="sonde-wide">{text}</span>}
    </button>
  )
}
