import { statusColour } from '../../cli/render/status';
import { printable, table, type Style } from '../../cli/render/text';
import { duration } from '../../cli/render/time';
import { cloudEventHeaders } from '../../platform/events/cloud-events';
import type { Topic } from '../../contracts/model/topics';
import type { ReadEvent } from './events';
import type { ManifestCheck } from './manifests';
import type { DemoReport } from './report';

const SECOND_MS = 1_000;

/** The table at the end of the demo. once: the stack is about to stop. */
export function renderReport(report: DemoReport, { once }: { once: boolean }, style: Style): string[] {
  const sections: Record<string, string[]> = {
    stages: stagesOf(report, style),
    renditions: renditionsOf(report),
    'events, read back from Kafka by a new consumer group': eventsOf(report),
    'manifests, fetched, parsed, and one segment per track decrypted and decoded': manifestsOf(report, style),
    'viewers, a subscriber among them': viewersOf(report),
    run: runOf(report, once),
    problems: report.problems.map((problem) => style.red(printable(problem))),
  };
  return [
    headOf(report, style),
    ...Object.entries(sections).flatMap(([heading, lines]) => section(heading, lines, style)),
  ];
}

const headOf = ({ contentId, title, status, visibility, seconds }: DemoReport, style: Style): string =>
  [
    style.bold(printable(title)),
    contentId,
    `${statusColour(status, style)(status)}, visible as ${visibility}, ${duration(seconds * SECOND_MS)} after its upload event`,
  ].join('  ');

const section = (heading: string, lines: readonly string[], { dim }: Style): string[] =>
  lines.length === 0 ? [] : ['', dim(heading), ...lines.map((line) => `  ${line}`)];

const stagesOf = ({ stages }: DemoReport, style: Style): string[] =>
  table(
    ['STAGE', 'STATUS', 'TOOK'],
    stages.map(({ stage, status, seconds }) => [
      stage,
      statusColour(status, style)(status),
      seconds === null ? '-' : duration(seconds * SECOND_MS),
    ]),
  );

const renditionsOf = ({ renditions }: DemoReport): string[] =>
  table(
    ['RENDITION', 'SIZE', 'BITRATE'],
    renditions.map(({ label, bytes, bitrate }) => [printable(label), size(bytes), `${kilo(bitrate)} kbit/s`]),
  );

const kilo = (value: number): string => (value / 1_000).toFixed(0);
const size = (bytes: number): string => `${kilo(bytes)} kB`;

/** Headers that only say again what another column or the title says; they would make every line many times as long. */
const repeats = (name: string, value: string, { eventId, topic, sequence }: ReadEvent, contentId: string): boolean => {
  const { ce_time: _time, ...said } = cloudEventHeaders({ eventId, topic: topic as Topic, timestamp: '' });
  return { ...said, 'event-id': eventId, 'content-id': contentId, sequence: String(sequence) }[name] === value;
};

const eventsOf = ({ events, contentId }: DemoReport): string[] => [
  ...table(
    ['SEQ', 'TOPIC', 'PARTITION', 'OFFSET', 'EVENT ID', 'HEADERS'],
    events.map((event) => [
      event.sequence === null ? '-' : String(event.sequence),
      event.topic,
      String(event.partition),
      event.offset,
      printable(event.eventId),
      headersOf(event, contentId),
    ]),
  ),
  'Not shown where they say just this again: event-id, content-id, sequence, content-type, ce_id, ce_type, ce_source,',
  'ce_specversion.',
];

const headersOf = (event: ReadEvent, contentId: string): string =>
  Object.entries(event.headers)
    .filter(([name, value]) => !repeats(name, value, event, contentId))
    .map(([name, value]) => printable(`${name}=${value}`))
    .join(' ');

const manifestsOf = ({ manifests }: DemoReport, style: Style): string[] => [
  ...table(
    ['MANIFEST', 'SCHEME', 'TRACKS', 'SEGMENTS', 'FRAMES', 'WITH A WRONG KEY'],
    (['hls', 'dash'] as const).map((name) => [name, ...figuresOf(manifests[name], style)]),
  ),
  ...(['hls', 'dash'] as const).map((name) => `${name.padEnd(4)}  ${printable(manifests[name].key)}`),
];

function figuresOf({ scheme, verified, wrongKeyRefused }: ManifestCheck, { red, green }: Style): string[] {
  if (!verified) return [scheme, red('not usable')];
  const { representations, segments, frames } = verified;
  const wrong = wrongKeyRefused ? green('refused') : red('plays as well');
  return [scheme, String(representations), `all ${String(segments)} there`, `${String(frames)} decoded`, wrong];
}

const viewersOf = ({ viewers: { trending, notice, playback } }: DemoReport): string[] =>
  table(
    ['WHAT', 'SEEN'],
    [
      ['catalog:trending', `${scoreOf(trending.before)}, then ${scoreOf(trending.after)}`],
      [
        'NEW_CONTENT',
        `${printable(notice.userId)} by ${notice.channels.join(' and ')}, at ${String(notice.partition)}/${notice.offset}, ${notice.eventId}`,
      ],
      ['playback', `${String(playback.status)} ${printable(playback.manifestUrl)} (${playback.cacheControl})`],
    ],
  );

const scoreOf = (score: number | null): string => (score === null ? 'not in it' : `score ${String(score)}`);

function runOf({ workflowId, historyEvents, link }: DemoReport, once: boolean): string[] {
  const events = historyEvents === null ? 'Temporal does not know it' : `${String(historyEvents)} history events`;
  return [
    `${workflowId}, ${events}`,
    ...(link === null ? ['no Temporal UI is configured (REELWAY_TEMPORAL_UI)'] : [link]),
    ...(once && link !== null
      ? ['The link works again after the next npm start; ended runs are kept for 24 hours.']
      : []),
  ];
}
