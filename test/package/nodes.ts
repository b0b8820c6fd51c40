import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { root } from './installed-package.js'

const brought = [26, 24, 22].map((major) => join(root, `.cache/nodes/node_modules/node${major}/bin/node`))

/** The newest Node that `scripts/install-nodes.sh` brought; null when it has brought none. */
export const newestNode: string | null = brought.find((path) => existsSync(path)) ?? null

export const howToBringNodes = 'no newer Node is here to try; run: sh scripts/install-nodes.sh'
