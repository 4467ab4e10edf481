// Requests for a table on a server and the bytes of their answers, as the browser counts them: its page's and its workers'.

/** Begins to count; ask the answer for { requests, bytes } so far. Answers still under way count as what they announce. */
export function watchTraffic(context, url) {
  const counted = []
  context.on('request', (request) => {
    if (request.url() === url) counted.push(sizeOf(request))
  })
  return async () => {
    const sizes = await Promise.all(counted)
    return { requests: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) }
  }
}

async function sizeOf(request) {
  if (request.method() === 'HEAD' || request.method() === 'OPTIONS') return 0
  const response = await request.response().catch(() => null)
  return Number((await response?.headerValue('content-length')) ?? 0)
}
