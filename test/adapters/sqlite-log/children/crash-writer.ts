import { nthCommit, openAsTold, refOf, right, tell } from './writing.js'

// Commits for ever, shreds every third secret two commits later, and says what was acknowledged. It waits to be killed.
const { log } = await openAsTold()
const stream = `key/${process.pid}`
tell(`stream ${stream}`)
for (let n = 1; ; n += 1) {
  await right(log.commit(nthCommit(stream, n)))
  tell(`committed ${n}`)
  if (n % 3 === 0) {
    const outcome = await right(log.shred(refOf(stream, n - 2)))
    tell(`${outcome} ${n - 2}`)
  }
}
