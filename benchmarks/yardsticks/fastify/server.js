// Fastify with pg: what the service is compared with outside of Python. It checks tokens (and remembers them), gives
// the same header fields and request id, and writes the same access log line, gathered five times a second.
import { randomBytes } from 'node:crypto'
import { createVerifier } from 'fast-jwt'
import Fastify from 'fastify'
import pg from 'pg'

const FIELDS =
  'id, user_id, title, description, completed_at, priority, due_date, revision, created_at, updated_at'
const GET = `SELECT ${FIELDS} FROM tasks WHERE user_id = $1 AND id = $2`
const LIST = `SELECT ${FIELDS} FROM tasks WHERE user_id = $1 ORDER BY id LIMIT $2`
const CREATE = `
  INSERT INTO tasks (user_id, id, title, description, priority, due_date, due_kind, due_at, revision, created_at,
                     updated_at, title_key, description_key)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $9, $10, $11) RETURNING ${FIELDS}`
const COMPLETE = `
  UPDATE tasks SET completed_at = CASE WHEN $3::boolean THEN $4::timestamptz END, updated_at = $4,
                   revision = revision + 1
  WHERE user_id = $1 AND id = $2 RETURNING ${FIELDS}`
const RANKS = { low: 1, medium: 2, high: 3 }
const NAMES = [null, 'low', 'medium', 'high']

// Instants are JavaScript's own dates, as pg gives them: they lose the microseconds.
pg.types.setTypeParser(pg.types.builtins.INT8, Number)
const url = new URL(process.env.DATABASE_URL)
const pool = new pg.Pool({ connectionString: url.href, max: 10, options: '-c timezone=UTC' })
const verify = createVerifier({
  key: process.env.BETTER_AUTH_SECRET,
  algorithms: ['HS256'],
  allowedIss: 'todo-service',
  allowedAud: 'todo-api',
  requiredClaims: ['sub', 'exp'],
  cache: 10_000,
})

function uuid7() {
  const bytes = randomBytes(16)
  bytes.writeUIntBE(Date.now(), 0, 6)
  bytes[6] = 0x70 | (bytes[6] & 0x0f)
  bytes[8] = 0x80 | (bytes[8] & 0x3f)
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

const wire = (row) => ({
  id: row.id,
  user_id: row.user_id,
  title: row.title,
  description: row.description,
  completed: row.completed_at !== null,
  completed_at: row.completed_at,
  priority: NAMES[row.priority ?? 0],
  due_date: row.due_date,
  revision: row.revision,
  created_at: row.created_at,
  updated_at: row.updated_at,
})

const text = { type: 'string' }
const maybe = { type: 'string', nullable: true }
const instant = { type: 'string', format: 'date-time' }
const shape = (properties) => ({ type: 'object', properties, required: Object.keys(properties), additionalProperties: false })
const TASK = shape({
  id: text, user_id: text, title: text, description: maybe, completed: { type: 'boolean' }, completed_at: { ...instant, nullable: true },
  priority: maybe, due_date: maybe, revision: { type: 'integer' }, created_at: instant, updated_at: instant,
})
const NEW_TASK = {
  ...shape({ title: { type: 'string', minLength: 1, maxLength: 255 }, description: maybe, priority: maybe, due_date: maybe }),
  required: ['title'],
}

let lines = []
setInterval(() => {
  if (lines.length) process.stdout.write(lines.splice(0).join('\n') + '\n')
}, 200)

const app = Fastify({
  logger: false,
  requestIdHeader: false,
  genReqId: (request) => {
    const asked = request.headers['x-request-id']
    return asked && /^[A-Za-z0-9_-]{8,64}$/.test(asked) ? asked : uuid7().replaceAll('-', '')
  },
})

app.addHook('onRequest', async (request, reply) => {
  reply.headers({
    server: 'todo',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cache-control': 'private, no-cache',
    'x-request-id': request.id,
    vary: 'Authorization',
  })
  if (request.params.user_id === undefined) return
  try {
    request.user = verify((request.headers.authorization ?? '').slice(7)).sub
  } catch {
    return reply.code(401).send()
  }
  if (request.user !== request.params.user_id) return reply.code(403).send()
})

app.addHook('onResponse', async (request, reply) => {
  lines.push(JSON.stringify({
    timestamp: new Date().toISOString(), level: reply.statusCode >= 500 ? 'error' : 'info', event: 'request',
    request_id: request.id, method: request.method, route: request.routeOptions.url ?? '-', status: reply.statusCode,
    ms: Math.round(reply.elapsedTime * 100) / 100, bytes: Number(reply.getHeader('content-length') ?? 0),
    user_id: request.user ?? null, problem: null,
  }))
})

function one(reply, status, { rows }) {
  if (rows.length === 0) return reply.code(404).send()
  reply.code(status).header('etag', `"${rows[0].revision}"`)
  return wire(rows[0])
}

app.get('/api/:user_id/tasks/:task_id', { schema: { response: { 200: TASK } } }, async (request, reply) => {
  const values = [request.user, request.params.task_id]
  return one(reply, 200, await pool.query({ name: 'get', text: GET, values }))
})

app.get(
  '/api/:user_id/tasks',
  { schema: { response: { 200: { type: 'array', items: TASK } }, querystring: { type: 'object', properties: { limit: { type: 'integer', default: 1000 } } } } },
  async (request) => {
    const { rows } = await pool.query({ name: 'list', text: LIST, values: [request.user, request.query.limit] })
    return rows.map(wire)
  },
)

app.post('/api/:user_id/tasks', { schema: { body: NEW_TASK, response: { 201: TASK } } }, async (request, reply) => {
  const { title, description = null, priority = null, due_date = null } = request.body
  const due = due_date === null ? [null, null, null] : [due_date, 'day', new Date(due_date).toISOString()]
  const keys = [title.toLowerCase(), (description ?? '').toLowerCase()]
  const values = [request.user, uuid7(), title, description, RANKS[priority] ?? null, ...due, new Date().toISOString(), ...keys]
  return one(reply, 201, await pool.query({ name: 'create', text: CREATE, values }))
})

app.patch(
  '/api/:user_id/tasks/:task_id/complete',
  { schema: { body: shape({ completed: { type: 'boolean' } }), response: { 200: TASK } } },
  async (request, reply) => {
    const values = [request.user, request.params.task_id, request.body.completed, new Date().toISOString()]
    return one(reply, 200, await pool.query({ name: 'complete', text: COMPLETE, values }))
  },
)

app.get('/health/ready', async () => '')

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0))
await app.listen({ host: '127.0.0.1', port: Number(process.argv[2]) })
