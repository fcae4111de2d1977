import type { Variable } from './variable';
import { SECTIONS } from './variables';

type Rows = [name: string, variable: Variable<unknown>][];
const sections = Object.entries(SECTIONS).map(([title, rows]): [string, Rows] => [title, Object.entries(rows)]);

/** The text of .env.example: required variables stand open, the others as comments with their default. */
export function envExample(): string {
  const head = [
    '# Made from contracts/schema/variables.ts by `npm run generate`; edit there.',
    '# An empty variable counts as unset. Times are in milliseconds, sizes in bytes.',
  ];
  return [...head, ...sections.flatMap(exampleSection), ''].join('\n');
}

const exampleSection = ([title, rows]: [string, Rows]): string[] => [
  '',
  `# --- ${title} ---`,
  ...rows.flatMap(example),
];

function example([name, variable]: Rows[number]): string[] {
  const marks = [variable.required ? 'Required.' : '', variable.secret ? 'Secret.' : ''].filter(Boolean);
  const comment = ['#', variable.about, ...marks].join(' ');
  return [comment, variable.required ? `${name}=` : `# ${name}=${variable.preset ?? ''}`];
}

/** The text of docs/configuration.md. */
export function configurationDoc(): string {
  const head = [
    '# Configuration',
    '',
    'Made from contracts/schema/variables.ts by `npm run generate`; edit there. The environment is read once, at the start;',
    'a process with a wrong one ends with exit code 2 and names every problem. An empty variable counts as unset.',
  ];
  return [...head, ...sections.flatMap(docSection), ''].join('\n');
}

const docSection = ([title, rows]: [string, Rows]): string[] => [
  '',
  `## ${title}`,
  '',
  '| variable | meaning | default |',
  '| --- | --- | --- |',
  ...rows.map(docRow),
];

function docRow([name, variable]: Rows[number]): string {
  const about = (variable.secret ? `${variable.about} Secret.` : variable.about).replaceAll('|', '\\|');
  return `| \`${name}\` | ${about} | ${defaultOf(variable)} |`;
}

function defaultOf(variable: Variable<unknown>): string {
  if (variable.required) return 'required';
  if (variable.preset === null) return 'unset';
  return variable.preset === '' ? 'empty' : `\`${variable.preset}\``;
}
