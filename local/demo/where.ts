import type { Style } from '../../cli/render/text';
import { trialsOf, type TrialInput } from './trials';

export interface Places extends TrialInput {
  /** '' where nobody told it. */
  readonly ui: string;
  /** Prometheus endpoints by name. */
  readonly metrics: Readonly<Record<string, string>>;
  /** Where it listens, and the files with the tokens of its admin and of other services. */
  readonly api: { readonly url: string; readonly tokenFile: string; readonly serviceTokenFile: string };
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
  `  For services  ${places.api.url}/docs; they show the token in ${places.api.serviceTokenFile}`,
  `  For viewers   ${places.api.url}/catalog/trending`,
  `                ${places.api.url}/catalog/episodes/${places.contentId}/playback`,
  `  Log           ${places.log}`,
  `  Addresses     ${places.stackFile}`,
  '',
  'To try, from the project directory:',
  ...trialsOf(places).flatMap(({ about, commands }) => [
    '',
    dim(`  # ${about}`),
    ...commands.map((command) => `  ${REELWAY} ${command}`),
  ]),
  '',
  dim('  # A service rates what is published; the set that moves is at /catalog/trending.'),
  `  curl -i ${places.api.url}/internal/events/engagement/metrics -H 'content-type: application/json' \\`,
  `    -H "x-service-auth: Bearer $(cat ${places.api.serviceTokenFile})" \\`,
  `    -d '{"metrics":[{"contentId":"${places.contentId}","score":3,"rating":5}]}'`,
];
