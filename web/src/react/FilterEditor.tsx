// The filter of one column: an operator, what it compares with, apply or remove.
import { useId, useState, type FormEvent } from 'react'
import type { ColumnInfo } from '../engine/api.ts'
import { filterOf, removeFilter, setFilter, type Explorer, type ExplorerState, type FilterOperator } from '../model/index.ts'
import { filterOfForm, formOf, operatorNames, operatorsOf, type FilterForm } from './filter-form.ts'
import { ValuePicker } from './ValuePicker.tsx'

const examples: Partial<Record<ColumnInfo['type'], string>> = {
  date: '2026-03-31', time: '13:45:00', timestamp: '2026-03-31 13:45:00', timestamptz: '2026-03-31 13:45:00+02:00', int64: '42', double: '4.2', decimal: '4.20',
}

export function FilterEditor({ model, state, column, info, onDone }: {
  readonly model: Explorer
  readonly state: ExplorerState
  readonly column: number
  readonly info: ColumnInfo
  readonly onDone: () => void
}) {
  const current = filterOf(state.view, column)
  const [form, setForm] = useState<FilterForm>(() => formOf(current))
  const filter = filterOfForm(column, form)
  const change = (part: Partial<FilterForm>) => setForm((old) => ({ ...old, ...part }))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!filter) return
    model.setView((view) => setFilter(view, filter))
    onDone()
  }
  return (
    <form className="sonde-filter" onSubmit={submit}>
      <h2>Filter {info.name}</h2>
      <select aria-label="Operator" value={form.op} onChange={(event) => change({ op: event.target.value as FilterOperator })}>
        {operatorsOf(info.type).map((op) => <option key={op} value={op}>{operatorNames[op]}</option>)}
      </select>
      <Operand model={model} column={column} info={info} form={form} change={change} />
      <div className="sonde-actions">
        <button type="submit" className="sonde-primary" disabled={!filter}>Apply</button>
        {current && (
          <button type="button" className="sonde-plain" onClick={() => { model.setView((view) => removeFilter(view, column)); onDone() }}>Remove filter</button>
        )}
      </div>
    </form>
  )
}

function Operand({ model, column, info, form, change }: {
  readonly model: Explorer
  readonly column: number
  readonly info: ColumnInfo
  readonly form: FilterForm
  readonly change: (part: Partial<FilterForm>) => void
}) {
  const id = useId()
  const field = (name: 'value' | 'high', label: string, focus: boolean) => (
    <input
      type="text" aria-label={label} placeholder={examples[info.type] ?? label} value={form[name]} data-autofocus={focus || undefined}
      spellCheck={false} autoComplete="off" onChange={(event) => change({ [name]: event.target.value })}
    />
  )
  switch (form.op) {
    case 'is null': case 'is not null': return null
    case 'in': return <ValuePicker model={model} column={column} picked={form.values} onPick={(values) => change({ values })} />
    case 'between':
      return <div className="sonde-pair">{field('value', 'From', true)}<span>and</span>{field('high', 'To', false)}</div>
    case 'contains': case 'starts with': case 'regex':
      return (
        <>
          {field('value', form.op === 'regex' ? 'Pattern' : 'Text', true)}
          <label htmlFor={id} className="sonde-check">
            <input id={id} type="checkbox" checked={form.matchCase} onChange={(event) => change({ matchCase: event.target.checked })} /> match case
          </label>
        </>
      )
    default: return field('value', 'Value', true)
  }
}
