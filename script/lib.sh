# Shared by the scripts in this folder; sourced, not run. Leaves the working directory at the top of the checkout.
# shellcheck shell=bash

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
TOP=$PWD
CACHE=$TOP/.cache
JOBS=${JOBS:-$(nproc 2>/dev/null || echo 2)}

say() { printf '\033[1m==> %s\033[0m\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# Vite 8 asks for node 20.19 or newer. Where the system's is older (Debian 12 has 18), script/bootstrap puts one here.
OWN_NODE=$CACHE/node/node_modules/node/bin
[ -x "$OWN_NODE/node" ] && PATH=$OWN_NODE:$PATH
node_is_new_enough() {
  have node && node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)'
}

# The first of these that exists; CHROMIUM=path names another one.
chromium_path() {
  local name
  for name in ${CHROMIUM:+"$CHROMIUM"} chromium chromium-browser google-chrome; do
    command -v "$name" && return
  done
  return 1
}

# The first python that has these modules: Debian's packages are for the system's own, which need not come first in PATH.
python_with() {
  local name
  for name in ${PYTHON:+"$PYTHON"} python3 /usr/bin/python3; do
    "$name" -c "from importlib import import_module as i; [i(m) for m in '$*'.split()]" 2>/dev/null && command -v "$name" && return
  done
  return 1
}
django_python() { python_with django; }

# Debian keeps it where only root's PATH looks.
nginx_path() { PATH=$PATH:/usr/sbin command -v nginx; }

# build_preset PRESET [TARGET…]: configures on first use, then builds.
build_preset() {
  local preset=$1
  shift
  [ -f "build/$preset/build.ninja" ] || cmake --preset "$preset"
  cmake --build --preset "$preset" -j "$JOBS" ${1:+--target "$@"}
}

# The engine finds its modules beside its own source, which every bundler and node understand.
build_wasm() {
  local name
  build_preset wasm
  for name in sonde.wasm sonde-brotli.wasm; do
    cmp -s "build/wasm/$name" "web/src/engine/$name" || cp "build/wasm/$name" "web/src/engine/$name"
  done
}
build_web() { npm run --silent build --workspace web; }
# The custom element, as the static files of the Django app.
build_element() { npm run --silent build:element --workspace web -- --outDir "$TOP/proxy/django/sonde_explorer/static/sonde_explorer" --logLevel warn; }
