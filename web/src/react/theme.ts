// Light, dark, or as the system has it.
export type Theme = 'auto' | 'light' | 'dark'
