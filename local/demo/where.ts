import type { Style } from '../../cli/render/text';

export interface Places {
  /** '' where nobody told it. */
  readonly ui: string;
  /** Prometheus endpoints by name. */
  readonly metrics: Readonly<Record<string, string>>;
  readonly log: string;
  readonly stackFile: string;
  /** A clip for the commands; a path that works from the project directory. */
  readonly clip: string;
  /** The content that the demo published. */
  readonly contentId: string;
  /** What makes the ids below new in every session. */
  readonly suffix: string;
}

interface Trial {
  readonly about: string;
  readonly commands: readonly string[];
}

/** Works in a bare clone once it is built; npx would install the package into its own cache first. */
const REELWAY = 'node bin/reelway.js';

/** Where to look, and command lines that run as they stand, from the project directory. */
export const renderPlaces = (places: Places, { bold, dim }: Style): string[] => [
  'It keeps running; Ctrl-C stops everything, data is kept.',
  '',
  ...(places.ui === '' ? [] : [`  Temporal UI   ${bold(places.ui)}`]),
  ...Object.entries(places.metrics).map(([name, url]) => `  Metrics       ${url} (${name})`),
  `  Log           ${places.log}`,
  `  Addresses     ${places.stackFile}`,
  '',
  'To try, from the project directory:',
  ...trialsOf(places).flatMap(({ about, commands }) => [
    '',
    dim(`  # ${about}`),
    ...commands.map((command) => `  ${REELWAY} ${command}`),
  ]),
];

/** Exported for the test that runs them. */
export function trialsOf({ clip, contentId, suffix }: Places): Trial[] {
  const [nameless, rude] = [`nameless-${suffix}`, `rude-${suffix}`];
  const record = '--creator anna --type VIDEO --residency GLOBAL';
  return [
    {
      about:
        'A clip without a record breaks the publish stage: it parks with METADATA_MISSING. Register it, then retry.',
      commands: [
        `content submit ${nameless} --file ${clip} ${record}`,
        `content watch ${nameless}`,
        `content register ${nameless} ${record} --title "Bikes"`,
        `content retry ${nameless} --reason "it has a title now"`,
        `content watch ${nameless}`,
      ],
    },
    {
      about: 'An abusive title is flagged and waits for a decision.',
      commands: [
        `content register ${rude} --creator bert --type VIDEO --residency GLOBAL --title "Get off my lane, you bastard"`,
        `content submit ${rude} --file ${clip}`,
        `content watch ${rude} --until AWAITING_REVIEW`,
        `content decide ${rude} AGE_GATED --reason "harsh, but harmless"`,
        `content watch ${rude}`,
      ],
    },
    {
      about: 'The same upload event again starts nothing: "events heard" shows it as a repeat.',
      commands: [`content submit ${contentId} --repeat`, `content show ${contentId}`],
    },
    {
      about: 'Around it.',
      commands: ['content list', 'content list --attention', 'dlq list', 'topics check', 'doctor', '--help'],
    },
  ];
}
