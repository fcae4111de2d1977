import { createRegistry, serveMetrics, type Health, type MetricsServer } from '../../../platform/metrics';

let server: MetricsServer | undefined;
afterEach(() => server?.close());

const LOOPBACK = { host: '127.0.0.1', port: 0 };
const healthy: Health = { live: () => true, ready: () => true };
const serve = async (health: Health): Promise<MetricsServer> => {
  const registry = createRegistry({ role: 'test' });
  return (server = await serveMetrics(LOOPBACK, () => registry.metrics(), health));
};

test('shows the figures of the process', async () => {
  const { url } = await serve(healthy);
  const text = await (await fetch(`${url}/metrics`)).text();
  expect(text).toMatch(/^reelway_process_resident_memory_bytes\{role="test"\} \d+$/m);
});

test('live and ready are told apart', async () => {
  const { url } = await serve({ live: () => true, ready: () => false, detail: () => ({ parts: { worker: false } }) });
  const ready = await fetch(`${url}/health/ready`);
  expect([(await fetch(`${url}/health/live`)).status, ready.status]).toEqual([200, 503]);
  expect(await ready.json()).toEqual({ ok: false, parts: { worker: false } });
});

test('a health check that throws is no crash', async () => {
  const { url } = await serve({ ...healthy, live: () => JSON.parse('{') as boolean });
  expect((await fetch(`${url}/health/live`)).status).toBe(500);
});

test('a port in use is a problem of the configuration', async () => {
  const { url } = await serve(healthy);
  const taken = { host: '127.0.0.1', port: Number(new URL(url).port) };
  const again = serveMetrics(taken, () => Promise.resolve(''), healthy);
  await expect(again).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});
