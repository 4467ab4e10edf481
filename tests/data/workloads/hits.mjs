// A table with the 105 columns of ClickBench's `hits` and made-up values: what its 43 queries select, group and search
// is distributed as they need it (most texts empty, few counters with most hits), the other columns are small numbers.
import { createRandom, dayOf, dayText, padded, writeCsv } from './make.mjs'

const day = dayOf('2013-07-01')
const hosts = ['http://example.com', 'http://www.google.com', 'https://shop.example.net', 'http://google.ru', 'http://news.example.org', 'http://auto.example.ru', 'https://maps.example.com']
const words = 'buy cheap car moscow weather film online free download map recipe phone video music game house rent news photo bank'.split(' ')
const models = ['', '', '', '', '', '', '', 'iPad', 'iPhone', 'Nokia', 'Lumia', 'Galaxy']
const widths = [1024, 1280, 1366, 1440, 1600, 1638, 1920]
const query = 'Google Maps and other Google things'

function address(random) {
  const path = `${random.of(hosts)}/${random.of(words)}/${random.skewed(20000)}`
  return random.below(4) === 0 ? `${path}?q=${random.of(words)}&page=${random.below(50)}` : path
}
const titleOf = (random) => (random.below(90) === 0 ? query : random.below(8) ? `${random.text(words, 3)} ${random.skewed(3000)}` : '')
const phraseOf = (random) => (random.below(6) ? '' : `${random.of(words)} ${random.of(words)} ${random.skewed(500)}`)
const hash = (text) => {
  let h = 0xcbf29ce484222325n
  for (const c of text.slice(-24)) h = BigInt.asUintN(64, (h ^ BigInt(c.charCodeAt(0))) * 0x100000001b3n)
  return BigInt.asIntN(64, h)
}
const users = (random, rows) => 4e15 + random.skewed(rows / 5) * 7919

// An empty text is quoted; a column without any value is missing throughout.
const csvText = (value) => (value === '' ? '""' : value === null ? '' : value)

/** A column: its name and its value, given what the row has so far. */
const columns = (rows) => [
  ['WatchID', (r) => 5e15 + r.below(1e15)], ['JavaEnable', (r) => r.below(2)], ['Title', titleOf], ['GoodEvent', () => 1],
  ['EventTime', (r, row) => `${(row.date = dayText(day + r.below(31)))} ${padded(r.below(24), 2)}:${padded(r.below(60), 2)}:${padded(r.below(60), 2)}`], ['EventDate', (_, row) => row.date],
  ['CounterID', (r) => (r.below(3) ? r.skewed(6000) + 1 : 62)], ['ClientIP', (r) => r.skewed(rows) - 1e9], ['RegionID', (r) => r.skewed(5000) + 1], ['UserID', (r) => (r.below(rows) ? users(r, rows) : 435090932899640449n)],
  ['CounterClass', () => 0], ['OS', (r) => r.below(60)], ['UserAgent', (r) => r.below(80)],
  ['URL', (r, row) => (row.url = address(r))], ['Referer', (r, row) => (row.referer = r.below(3) ? address(r) : '')],
  ['IsRefresh', (r) => (r.below(7) ? 0 : 1)], ['RefererCategoryID', (r) => r.below(30)], ['RefererRegionID', (r) => r.below(500)], ['URLCategoryID', (r) => r.below(30)], ['URLRegionID', (r) => r.below(500)],
  ['ResolutionWidth', (r) => r.of(widths)], ['ResolutionHeight', (r) => r.of([768, 800, 900, 1050, 1080])], ['ResolutionDepth', () => 24],
  ['FlashMajor', (r) => r.below(12)], ['FlashMinor', (r) => r.below(5)], ['FlashMinor2', (r) => r.of(['700', '800', 'b2'])], ['NetMajor', (r) => r.below(4)], ['NetMinor', () => 0],
  ['UserAgentMajor', (r) => r.below(30)], ['UserAgentMinor', (r) => r.of(['D', 'A', '0s'])], ['CookieEnable', () => 1], ['JavascriptEnable', () => 1], ['IsMobile', (r) => r.below(2)],
  ['MobilePhone', (r) => r.skewed(60)], ['MobilePhoneModel', (r) => r.of(models)], ['Params', () => null], ['IPNetworkID', (r) => r.below(4e6)],
  ['TraficSourceID', (r) => r.below(10) - 1], ['SearchEngineID', (r) => r.skewed(60)], ['SearchPhrase', phraseOf], ['AdvEngineID', (r) => (r.below(30) ? 0 : r.below(30))], ['IsArtifical', () => 0],
  ['WindowClientWidth', (r) => r.below(2000)], ['WindowClientHeight', (r) => r.below(1200)], ['ClientTimeZone', (r) => r.below(24)], ['ClientEventTime', (_, row) => `${row.date} 12:00:00`],
  ['SilverlightVersion1', (r) => r.below(6)], ['SilverlightVersion2', () => 0], ['SilverlightVersion3', (r) => r.below(60000)], ['SilverlightVersion4', () => 0], ['PageCharset', () => 'windows'],
  ['CodeVersion', (r) => r.below(2000)], ['IsLink', (r) => (r.below(9) ? 0 : 1)], ['IsDownload', (r) => (r.below(40) ? 0 : 1)], ['IsNotBounce', (r) => r.below(2)], ['FUniqID', (r) => 6e15 + r.below(1e12)],
  ['OriginalURL', (_, row) => row.url], ['HID', (r) => r.below(1e9)], ['IsOldCounter', () => 0], ['IsEvent', () => 0], ['IsParameter', () => 0], ['DontCountHits', (r) => (r.below(5) ? 0 : 1)], ['WithHash', () => 0], ['HitColor', (r) => r.of(['5', 'F', 'T'])],
  ['LocalEventTime', (_, row) => `${row.date} 12:00:00`], ['Age', (r) => r.below(6) * 10], ['Sex', (r) => r.below(3)], ['Income', (r) => r.below(5)], ['Interests', (r) => r.below(30000)], ['Robotness', () => 0],
  ['RemoteIP', (r) => r.below(2 ** 31)], ['WindowName', () => -1], ['OpenerName', () => -1], ['HistoryLength', (r) => r.below(20)], ['BrowserLanguage', () => 'S1'], ['BrowserCountry', () => 'nA'], ['SocialNetwork', () => null], ['SocialAction', () => null],
  ['HTTPError', () => 0], ['SendTiming', (r) => r.skewed(9000)], ['DNSTiming', (r) => r.skewed(900)], ['ConnectTiming', (r) => r.skewed(900)], ['ResponseStartTiming', (r) => r.skewed(9000)], ['ResponseEndTiming', (r) => r.skewed(9000)], ['FetchTiming', (r) => r.skewed(9000)],
  ['SocialSourceNetworkID', () => 0], ['SocialSourcePage', () => null], ['ParamPrice', () => 0], ['ParamOrderID', () => null], ['ParamCurrency', () => 'NH'], ['ParamCurrencyID', () => 0],
  ['OpenstatServiceName', () => null], ['OpenstatCampaignID', () => null], ['OpenstatAdID', () => null], ['OpenstatSourceID', () => null],
  ['UTMSource', () => null], ['UTMMedium', () => null], ['UTMCampaign', () => null], ['UTMContent', () => null], ['UTMTerm', () => null], ['FromTag', () => null],
  ['HasGCLID', () => 0], ['RefererHash', (r, row) => (r.below(4) ? hash(row.referer) : 3594120000172545465n)], ['URLHash', (r, row) => (r.below(8) ? hash(row.url) : 2868770270353813622n)], ['CLID', () => 0],
]

export function writeHits(folder, rows) {
  const random = createRandom(43)
  const all = columns(rows)
  writeCsv(`${folder}/hits.csv`, all.map(([name]) => name).join(), rows, () => {
    const row = {}
    return all.map(([, value]) => value(random, row)).map(csvText).join()
  })
}
