// What lean-vault starts with: it can be read by every Node since 10, so that an old one is told what is wrong with it.
// Plain words of 2009 only.
var oldest = [20, 18, 1]
var here = process.versions.node.split('.').map(Number)
var at = 0
while (at < 2 && here[at] === oldest[at]) at += 1

if (here[at] < oldest[at]) {
  var message = 'Lean Vault needs Node ' + oldest.join('.') + ' or later, and this is Node ' + process.versions.node + '.'
  var hint = 'https://nodejs.org/en/download has a newer one; "node --version" shows which one your shell finds.'
  var problem = { tag: 'NodeTooOld', message: message, retryable: false, hint: hint, details: { node: process.versions.node } }
  var json = process.argv.indexOf('--json') >= 0
  console.error(json ? JSON.stringify({ error: problem }) : 'error: ' + message + '\nhint: ' + hint)
  process.exitCode = 8
} else {
  require('./start.cjs')
}
