// The editor's looks, by the variables of theme/theme.css, which reach into the shadow tree.
import { EditorView } from '@codemirror/view'

export const theme = EditorView.theme({
  '&': { height: '100%', backgroundColor: 'var(--sonde-bg-raised)', color: 'var(--sonde-text)', fontSize: '13px' },
  '&.cm-focused': { outline: '2px solid var(--sonde-accent)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--sonde-font-mono)', lineHeight: '1.5', overflow: 'auto' },
  '.cm-content': { padding: '8px 0', caretColor: 'var(--sonde-text)' },
  '.cm-line': { padding: '0 12px' },
  '.cm-cursor': { borderLeftColor: 'var(--sonde-text)' },
  '.cm-placeholder': { color: 'var(--sonde-text-quiet)' },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': { background: 'var(--sonde-accent-quiet)' },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--sonde-accent-quiet)' },
  // CodeMirror underlines with a data: picture, which the policy of a host may refuse.
  '.cm-lintRange-error': { backgroundImage: 'none', paddingBottom: '0', textDecoration: 'underline wavy var(--sonde-danger) 1.5px', textUnderlineOffset: '3px' },
  '.cm-lintPoint-error:after': { borderBottomColor: 'var(--sonde-danger)' },
  '.cm-tooltip': { backgroundColor: 'var(--sonde-bg-raised)', color: 'var(--sonde-text)', border: '1px solid var(--sonde-line-strong)', borderRadius: '6px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--sonde-font-mono)', maxHeight: '14em' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': { backgroundColor: 'var(--sonde-accent)', color: 'var(--sonde-accent-text)' },
  '.cm-completionDetail': { fontStyle: 'normal', color: 'var(--sonde-text-quiet)' },
  'li[aria-selected] .cm-completionDetail': { color: 'inherit' },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '700' },
  '.cm-completionInfo': { maxWidth: '320px', fontFamily: 'var(--sonde-font)' },
  '.cm-diagnostic-error': { borderLeft: '4px solid var(--sonde-danger)' },
})
