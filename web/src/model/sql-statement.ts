// What a statement is, as far as the page has to know.

const beginning = /^(?:\s|--.*|\/\*[^]*?\*\/)*(\w+)/

/** Whether it makes or drops a table or view instead of answering rows. */
export const changesNames = (sql: string): boolean => /^(create|drop)$/i.test(beginning.exec(sql)?.[1] ?? '')
