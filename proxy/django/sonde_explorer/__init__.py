"""Tables that `sonde serve` keeps beside a Django site: who may see them, signed URLs, uploads, the explorer in a page."""
