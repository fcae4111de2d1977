import { TIMELESS_DAY } from '../../../contracts/model/engagement';
import { requestIdentity } from '../../../operations/engagement/identity';
import { crossedMilestones } from '../../../operations/engagement/milestones';

const METRICS = [{ contentId: '7b0b3a1e-52f4-4a2e-8a43-6f1f0a5f9d01', score: 1.5, rating: 4 }];
const AT = Date.parse('2026-03-04T23:59:59Z');
const request = { route: '/metrics', metrics: METRICS, receivedAt: AT };

test('an event id wins over the key, and the key over what the request says', () => {
  const eventId = 'ABCDEF00-52f4-4a2e-8a43-6f1f0a5f9d01';
  expect(requestIdentity({ ...request, eventId, idempotencyKey: 'k' })).toMatchObject({
    identity: eventId.toLowerCase(),
    day: TIMELESS_DAY,
  });
  const keyed = requestIdentity({ ...request, idempotencyKey: 'k' });
  expect(requestIdentity({ ...request, metrics: [], idempotencyKey: 'k' }).identity).toBe(keyed.identity);
  expect(requestIdentity({ ...request, route: '/other', idempotencyKey: 'k' }).identity).not.toBe(keyed.identity);
  expect(requestIdentity(request).identity).toBe(requestIdentity({ ...request }).identity);
});

test('the same words without a time are a new message each time, or one by their key, of no day', () => {
  const timeless = { ...request, receivedAt: null };
  expect(requestIdentity(timeless).identity).not.toBe(requestIdentity(timeless).identity);
  expect(requestIdentity({ ...timeless, idempotencyKey: 'k' }).day).toBe(TIMELESS_DAY);
});

test('other content has another hash, whatever the order of its fields', () => {
  const [metric] = METRICS;
  const turned = { ...request, metrics: [{ rating: 4, score: 1.5, contentId: metric?.contentId ?? '' }] };
  expect(requestIdentity(turned).payloadHash).toBe(requestIdentity(request).payloadHash);
  const other = { ...request, metrics: [{ contentId: metric?.contentId ?? '', score: 1.6 }] };
  expect(requestIdentity(other).payloadHash).not.toBe(requestIdentity(request).payloadHash);
});

test('a threshold is crossed by the transaction that reaches it, and by no other', () => {
  const crossed = (from: number, to: number) =>
    crossedMilestones({ creatorId: 'c', from, to }, [10, 100], AT).map(
      ({ vars }) => 'threshold' in vars && vars.threshold,
    );
  expect([crossed(0, 9), crossed(9, 10), crossed(10, 11), crossed(5, 500)]).toEqual([[], ['10'], [], ['10', '100']]);
});
