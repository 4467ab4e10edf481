// How an exact text is drawn in one line: control characters get marks, and what cannot be seen anyway is cut.

const cutAt = 400
const marks: Record<string, string> = { '\n': '⏎', '\r': '⏎', '\r\n': '⏎', '\t': '⇥' }

export function displayText(text: string): string {
  const head = text.length > cutAt ? `${text.slice(0, cutAt)}…` : text
  return /[\x00-\x1f\x7f]/.test(head) ? head.replace(/\r\n|[\x00-\x1f\x7f]/g, mark) : head
}

function mark(control: string): string {
  const code = control.charCodeAt(0)
  return marks[control] ?? String.fromCharCode(code === 0x7f ? 0x2421 : 0x2400 + code)
}
