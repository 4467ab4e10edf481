// What a site says of a table: its files at addresses that expire, the ways to open it, where SQL goes.
import { addressOf, type Address } from '../engine/address.ts'

/** whole: fetched once, then all happens here; ranges: the bytes that are looked at; server: SQL over there. */
export type Way = 'whole' | 'ranges' | 'server'

export interface SignedAddress {
  readonly url: string
  /** Answers `{"url": …}`, the next address. */
  readonly refresh: string
}

export interface OfferedFile extends SignedAddress {
  readonly name: string
  readonly bytes: number
}

export interface Offer {
  readonly name: string
  readonly title: string
  readonly bytes: number
  readonly files: readonly OfferedFile[]
  readonly sql: SignedAddress
  /** The way that the site advises, and why. */
  readonly way: Way
  readonly reason: string
  readonly ways: readonly Way[]
}

export async function fetchOffer(url: string, signal: AbortSignal): Promise<Offer> {
  const response = await fetch(url, { headers: { accept: 'application/json' }, cache: 'no-store', signal })
  const said = await response.json().catch(() => undefined) as (Partial<Offer> & { detail?: unknown }) | undefined
  if (response.ok && Array.isArray(said?.files)) return said as Offer
  if (typeof said?.detail === 'string') throw new Error(said.detail)
  throw new Error(`the site answered ${response.status} and nothing about a table; sign in and try again`)
}

export const addressAt = (name: string, { url, refresh }: SignedAddress): Address =>
  addressOf({ kind: 'url', name, url: onPage(url), refresh: { url: onPage(refresh) } })

const onPage = (url: string): string => new URL(url, location.href).href
