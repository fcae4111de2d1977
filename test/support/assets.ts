import { randomUUID } from 'node:crypto';
import type { RunningApi } from './api';
import type { World } from './world';

export const readyBody = (over: object = {}) => ({
  status: 'READY',
  streamingAssetId: 'asset-1',
  manifestUrl: 'https://cdn.example/e/master.m3u8',
  defaultThumbnailUrl: 'https://cdn.example/e/poster.jpg',
  variants: [{ label: '720p', width: 1280, height: 720, bitrateKbps: 2500 }],
  occurredAt: '2026-03-01T10:15:30.250Z',
  ...over,
});

export interface Told {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

/** One request of another service, or with no token given, of anybody. */
export async function tell(
  api: Pick<RunningApi, 'url' | 'serviceToken'>,
  method: 'POST' | 'PUT' | 'GET',
  path: string,
  body?: unknown,
  headers: Record<string, string> = { 'x-service-auth': `Bearer ${api.serviceToken}` },
): Promise<Told> {
  const response = await fetch(`${api.url}${path}`, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
  };
}

export const record = (over: object = {}) => ({
  ...{ creatorId: 'anna', title: 'A walk', contentType: 'VIDEO', residency: 'GLOBAL' },
  ...over,
});

/** An episode with a record, as a service registers it. */
export async function registered(api: RunningApi, over: object = {}): Promise<string> {
  const id = randomUUID();
  await tell(api, 'PUT', `/internal/catalog/contents/${id}`, record(over));
  return id;
}

/** As publication leaves it. */
export async function makeVisible(world: World, id: string, visibility = 'PUBLISHED'): Promise<void> {
  await world.pool.query(
    `UPDATE contents SET phase = 'terminal', status = 'PUBLISHED', visibility = $2, published_at = now() WHERE content_id = $1`,
    [id, visibility],
  );
}
