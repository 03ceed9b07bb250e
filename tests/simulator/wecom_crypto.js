// Reads one JSON list of [function, ...arguments] from stdin, calls @wecom/crypto for each, prints the answers as JSON.
const crypto = require('@wecom/crypto')
let text = ''
process.stdin.on('data', (part) => { text += part })
process.stdin.on('end', () => {
  const answers = JSON.parse(text).map(([name, ...given]) => {
    const answer = crypto[name](...given)
    return answer && answer.random ? { message: answer.message, id: answer.id, random: answer.random.toString('hex') } : answer
  })
  process.stdout.write(JSON.stringify(answers))
})
