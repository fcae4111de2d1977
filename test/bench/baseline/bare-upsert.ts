import { fastify } from 'fastify';
import { Pool } from 'pg';

/** A route that writes its body into one row, and nothing else: no token, no check, no transaction of its own. */
async function main(): Promise<void> {
  const pool = new Pool({ connectionString: process.env['REELWAY_POSTGRES_URL'], max: 10 });
  await pool.query('CREATE TABLE IF NOT EXISTS bare (id text PRIMARY KEY, body jsonb NOT NULL)');
  const server = fastify();
  server.post('/bare/:id', async (request, reply) => {
    const { id } = request.params as { id: string };
    await pool.query(
      'INSERT INTO bare (id, body) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET body = EXCLUDED.body',
      [id, JSON.stringify(request.body)],
    );
    return reply.code(202).send({});
  });
  process.stdout.write(`${await server.listen({ host: '127.0.0.1', port: 0 })}\n`);
  process.on('SIGTERM', () => {
    void server.close().then(() => pool.end());
  });
}

void main();
