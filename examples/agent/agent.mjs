// What a program does with a key that "lean-vault exec" hands it: one request, and what it cost.
const base = process.env.OPENROUTER_BASE_URL ?? 'https://openrouter.ai/api/v1'
const answer = await fetch(`${base}/chat/completions`, {
  method: 'POST',
  headers: { authorization: `Bearer ${process.env.OPENROUTER_API_KEY}`, 'content-type': 'application/json' },
  body: JSON.stringify({ model: 'openrouter/auto', messages: [{ role: 'user', content: 'Say hello.' }] }),
})
const { choices, usage, error } = await answer.json()
console.log(answer.ok ? `${choices[0].message.content} It cost ${usage.cost} dollars.` : `${answer.status}: ${error.message}`)
