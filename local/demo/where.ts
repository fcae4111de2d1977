import type { Style } from '../../cli/render/text';
import { trialsOf, type TrialInput } from './trials';

export interface Places extends TrialInput {
  /** '' where nobody told it. */
  readonly ui: string;
  /** Prometheus endpoints by name. */
  readonly metrics: Readonly<Record<string, string>>;
  /** Where it listens, and the file with the token for it. */
  readonly api: { readonly url: string; readonly tokenFile: string };
  readonly log: string;
  readonly stackFile: string;
}

/** Works in a bare clone once it is built; npx would install the package into its own cache first. */
const REELWAY = 'node bin/reelway.js';

/** Where to look, and command lines that run as they stand, from the project directory. */
export const renderPlaces = (places: Places, { bold, dim }: Style): string[] => [
  'It keeps running; Ctrl-C stops everything, data is kept.',
  '',
  ...(places.ui === '' ? [] : [`  Temporal UI   ${bold(places.ui)}`]),
  ...Object.entries(places.metrics).map(([name, url]) => `  Metrics       ${url} (${name})`),
  `  Admin API     REELWAY_API_URL=${places.api.url} REELWAY_API_TOKEN_FILE=${places.api.tokenFile} ${REELWAY} …`,
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
