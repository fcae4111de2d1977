import { statusColour } from '../../cli/render/status';
import { printable, table, type Style } from '../../cli/render/text';
import { duration } from '../../cli/render/time';
import type { ReadEvent } from './events';
import type { ManifestCheck } from './manifests';
import type { DemoReport } from './report';

const SECOND_MS = 1_000;

/** The table at the end of the demo. once: the stack is about to stop. */
export function renderReport(report: DemoReport, { once }: { once: boolean }, style: Style): string[] {
  const { contentId, title, status, visibility, seconds } = report;
  return [
    `${style.bold(printable(title))}  ${contentId}  ${statusColour(status, style)(status)}, visible as ${visibility}, ${duration(seconds * SECOND_MS)} after its upload event`,
    ...section('stages', stagesOf(report, style), style),
    ...section('renditions', renditionsOf(report), style),
    ...section(
      'events, read back from Kafka by a new consumer group',
      report.events.length === 0 ? ['none'] : eventsOf(report.events),
      style,
    ),
    ...section(
      'manifests, fetched, parsed, and one segment per track decrypted and decoded',
      manifestsOf(report, style),
      style,
    ),
    ...section('run', runOf(report, once), style),
    ...section(
      'problems',
      report.problems.map((problem) => style.red(printable(problem))),
      style,
    ),
  ];
}

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

const eventsOf = (events: readonly ReadEvent[]): string[] =>
  table(
    ['SEQ', 'TOPIC', 'PARTITION', 'OFFSET', 'EVENT ID', 'HEADERS'],
    events.map(({ sequence, topic, partition, offset, eventId, headers }) => [
      sequence === null ? '-' : String(sequence),
      topic,
      String(partition),
      offset,
      printable(eventId),
      Object.entries(headers)
        .map(([name, value]) => printable(`${name}=${value}`))
        .join(' '),
    ]),
  );

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
