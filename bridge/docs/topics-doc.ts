import { TOPICS, topicRow, type ConsumedTopic, type Topic } from '../../contracts/model/topics';
import { MAX_START_AGE_MS } from '../inbound/plan';
import { isConsumed, keepIdentityMs, ROUTES } from '../inbound/routes';

const NAMES = Object.keys(TOPICS) as Topic[];
const DAY_MS = 24 * 60 * 60 * 1000;
const days = (ms: number): string => `${String(ms / DAY_MS)} d`;
const code = (text: string): string => `\`${text}\``;

const DOES = {
  starts: 'starts a lifecycle',
  signals: 'is a fact of a run',
  updates: 'is the state of an asset, and a fact of its run',
  projects: 'is kept for projections',
  counts: 'is counted by the projector',
  notifies: 'is kept for notices',
};
const DIRECTION = { consume: 'in', produce: 'out', both: 'in or out' };

/** The words of the routes, in the order in which they stand in the table. */
const MEANINGS: [word: string, meaning: string][] = [
  [
    'begin',
    `a row of the content, then signalWithStart; facts that waited for it go with it. Older than ${days(MAX_START_AGE_MS)} by the record's time: a dead letter \`START_TOO_OLD\``,
  ],
  [
    'park',
    'waits for the upload (`NOT_STARTED`); after 24 h of a route that is up to date a dead letter `NO_SUCH_CONTENT`, which a start opens again',
  ],
  ['signal', 'goes to the run as a fact, in the order of its content; the run says what became of it'],
  ['late', 'recorded as late (`CONTENT_FINISHED`), without a call to Temporal'],
  [
    'reopen',
    'late, unless it is an unanswered flag on published content: that is hidden at once and gets a new generation',
  ],
  ['count', 'added up once per event id and day of its own time, whatever the content does; not kept'],
  ['refuse', 'a dead letter `NO_SUCH_CONTENT`: a message counts as a whole, and only where all its contents are known'],
  [
    'update-park, update-signal, update-late',
    'the newest update is the state of the asset (`media_assets`), whatever its content does, and a fact that is parked, signalled or late as above. The same words again are a duplicate (`SAME_FACT`), an older update is late (`OLDER_UPDATE`) and listed by `assets conflicts`, a READY without what it must have waits for a person (`FAILED_PRECONDITION`, `dlq list --quarantine`)',
  ],
  ['store', 'one row of `observations`; no run is asked'],
];

/** The text of docs/topics.md. */
export function topicsDoc(): string {
  return [
    '# Topics',
    '',
    'Made from contracts/model/topics.ts and bridge/inbound/routes.ts by `npm run generate`; edit there. Messages and their',
    'schemas: [asyncapi.yaml](asyncapi.yaml) and [schemas/](schemas/).',
    '',
    '## All topics',
    '',
    ...table(['topic', 'direction', 'partitions', 'key', 'retention', 'schema'], NAMES.map(topicCells)),
    '',
    '## What becomes of a record',
    '',
    'In this order: it is not readable or does not fit its schema: a dead letter. It names us as its source: dropped where it',
    'is a milestone of ours, else `FORGED_SOURCE`. Its source is not accepted: `SOURCE_NOT_ACCEPTED`. Its event id came',
    'before: counted where the payload is the same, else `EVENT_ID_REUSED`. Otherwise as its route says. `REELWAY_ACCEPTED_SOURCES`',
    'replaces the accepted sources of the topics it names. A body without an envelope, where the topic takes one, names no',
    'source; its identity is the SHA-256 of topic, key and value.',
    '',
    ...table(
      ['topic', 'what it does', 'accepted sources', 'in order by', 'same fact', 'event ids kept'],
      NAMES.filter(isConsumed).map(routeCells),
    ),
    '',
    '## Where the content is missing, busy or finished',
    '',
    ...table(['topic', 'no run yet', 'run open', 'ended'], NAMES.filter(isConsumed).map(stateCells)),
    '',
    ...table(['word', 'meaning'], MEANINGS),
    '',
  ].join('\n');
}

function topicCells(topic: Topic): string[] {
  const { direction, partitions, key, retentionMs, flat } = topicRow(topic);
  const schema = `[json](schemas/${topic}.json)${flat ? ', flat too' : ''}`;
  return [
    code(topic),
    DIRECTION[direction],
    String(partitions),
    key === null ? 'none' : code(key),
    days(retentionMs),
    schema,
  ];
}

function routeCells(topic: ConsumedTopic): string[] {
  const { does, sources, orderedBy, businessKey } = ROUTES[topic];
  return [
    code(topic),
    DOES[does],
    sources.map(code).join(', '),
    orderedBy === null ? 'none' : code(orderedBy),
    businessKey,
    days(keepIdentityMs(topic)),
  ];
}

const stateCells = (topic: ConsumedTopic): string[] => [
  code(topic),
  ROUTES[topic].missing,
  ROUTES[topic].busy,
  ROUTES[topic].finished,
];

const table = (head: string[], rows: string[][]): string[] => [
  `| ${head.join(' | ')} |`,
  `| ${head.map(() => '---').join(' | ')} |`,
  ...rows.map((cells) => `| ${cells.join(' | ')} |`),
];
