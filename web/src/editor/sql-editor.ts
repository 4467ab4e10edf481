// An editor for SQL: highlighting, completion, an error at its character. The only file that knows CodeMirror.
import { autocompletion, closeBrackets, closeBracketsKeymap, closeCompletion, completionKeymap } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { PostgreSQL, sql } from '@codemirror/lang-sql'
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { setDiagnostics } from '@codemirror/lint'
import { EditorState, Prec, type Transaction } from '@codemirror/state'
import { drawSelection, EditorView, keymap, placeholder } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import type { Place } from '../model/index.ts'
import { completeNames, type Names } from './complete.ts'
import { theme } from './theme.ts'

export interface SqlEditorOptions {
  readonly text: string
  readonly label: string
  /** Asked each time something is completed. */
  names(): Names
  onChange(text: string): void
  onRun(): void
  /** Up on the first line (1) and Down on the last (-1): an earlier or later query; undefined when there is none. */
  recall(text: string, step: 1 | -1): string | undefined
}

export interface SqlEditor {
  readonly text: string
  setText(text: string): void
  /** Where the cursor is, in place of what is selected. */
  insert(text: string): void
  /** Marks a place, or nothing. */
  mark(error: (Place & { readonly message: string }) | undefined): void
  focus(): void
  close(): void
}

const highlighting = syntaxHighlighting(HighlightStyle.define([
  { tag: [tags.keyword, tags.typeName, tags.operatorKeyword], color: 'var(--sonde-accent)', fontWeight: '600' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--sonde-sql-text)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--sonde-sql-number)' },
  { tag: [tags.comment, tags.lineComment, tags.blockComment], color: 'var(--sonde-text-quiet)', fontStyle: 'italic' },
]))

/** Where text replaces what is selected, Chromium would keep its colour with an inline style, which a strict policy refuses. */
const replaceSelected = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { state } = view
    const { from, to, empty } = state.selection.main
    const text = event.data
    if (event.inputType !== 'insertText' || text === null || empty) return false
    const insert = (): Transaction => state.update(state.replaceSelection(text), { userEvent: 'input.type', scrollIntoView: true })
    const isHandled = state.facet(EditorView.inputHandler).some((handle) => handle(view, from, to, text, insert))
    if (!isHandled) view.dispatch(insert())
    event.preventDefault()
    return true
  },
})

export function createSqlEditor(host: HTMLElement, options: SqlEditorOptions): SqlEditor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' })
  const view = new EditorView({ root, parent: root, state: EditorState.create({ doc: options.text, extensions: extensionsOf(options) }) })
  return {
    get text() { return view.state.doc.toString() },
    setText(text) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, selection: { anchor: text.length } })
    },
    insert(text) {
      view.dispatch(view.state.replaceSelection(text), { scrollIntoView: true })
    },
    mark(error) {
      const end = view.state.doc.length
      const found = error ? [{ from: Math.min(error.from, end), to: Math.min(error.to, end), severity: 'error' as const, message: error.message }] : []
      view.dispatch(setDiagnostics(view.state, found))
    },
    focus: () => view.focus(),
    close: () => view.destroy(),
  }
}

function extensionsOf({ label, names, onChange, onRun, recall }: SqlEditorOptions) {
  const language = sql({ dialect: PostgreSQL, upperCaseKeywords: true })
  const complete = { autocomplete: completeNames(names) }
  const step = (by: 1 | -1) => (view: EditorView): boolean => {
    const { state } = view
    const line = state.doc.lineAt(state.selection.main.head).number
    if (!state.selection.main.empty || line !== (by === 1 ? 1 : state.doc.lines)) return false
    const text = recall(state.doc.toString(), by)
    if (text === undefined) return false
    view.dispatch({ changes: { from: 0, to: state.doc.length, insert: text }, selection: { anchor: by === 1 ? 0 : text.length } })
    return true
  }
  const run = (view: EditorView): boolean => {
    closeCompletion(view)
    onRun()
    return true
  }
  return [
    Prec.highest(keymap.of([{ key: 'Mod-Enter', run }])),
    history(), drawSelection(), bracketMatching(), closeBrackets(), EditorView.lineWrapping, placeholder('SELECT … (Ctrl+Enter runs)'),
    language, language.language.data.of(complete), autocompletion({ icons: false }),
    keymap.of([...completionKeymap, ...closeBracketsKeymap, { key: 'ArrowUp', run: step(1) }, { key: 'ArrowDown', run: step(-1) }, ...defaultKeymap, ...historyKeymap]),
    highlighting, theme, replaceSelected,
    EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false', autocapitalize: 'off', autocorrect: 'off' }),
    EditorView.updateListener.of((update) => { if (update.docChanged) onChange(update.state.doc.toString()) }),
  ]
}
