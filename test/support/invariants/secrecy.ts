import { OUR_SOURCE } from '../../../contracts/model/ids';
import type { Facts, Violation } from './types';

/** Credentials by the look of them, whatever their value. */
const PATTERNS: [string, RegExp][] = [
  ['an authorization header', /authorization["'\\]*\s*[:=]\s*["'\\]*(bearer|basic)\s+[A-Za-z0-9._~+/=-]{4,}/i],
  ['a service token', /x-service-auth["'\\]*\s*[:=]\s*["'\\]*bearer\s+[A-Za-z0-9._~+/=-]{4,}/i],
  ['a signed query', /X-Amz-Signature=[0-9a-f]{16,}/i],
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
];
const HEADERS = ['authorization', 'x-service-auth', 'cookie'];

interface Place {
  where: string;
  text: string;
  contentId?: string;
}

/** 8. No token, authorization header or content key in logs, histories, events, command lines or stored headers. */
export const secrecy = (facts: Facts): Violation[] => [
  ...places(facts).flatMap((place) => secretsIn(facts, place)),
  ...[...facts.inbox, ...facts.deadLetters].flatMap(({ headers, topic }) =>
    Object.keys(headers)
      .filter((name) => HEADERS.includes(name.toLowerCase()))
      .map((name): Violation => ({ invariant: 8, what: `the header ${name} of a record of ${topic} was kept` })),
  ),
];

const places = (facts: Facts): Place[] => [
  ...facts.logs.map(({ name, text }) => ({ where: `log ${name}`, text })),
  ...facts.runs.map(({ contentId, text }) => ({ where: 'a history', text, contentId })),
  ...facts.wire
    .filter((record) => record.source === OUR_SOURCE)
    .map(({ topic, offset, value, headers }) => ({
      where: `${topic} ${String(offset)}`,
      text: `${value} ${JSON.stringify(headers)}`,
    })),
  ...facts.processes.map(({ pid, command }) => ({ where: `command line of ${String(pid)}`, text: command })),
  ...facts.audit.map(({ args, verb }) => ({ where: `audit row of ${verb}`, text: args })),
];

function secretsIn(facts: Facts, { where, text, contentId }: Place): Violation[] {
  const found = [
    ...facts.secrets.filter(({ forms }) => forms.some((form) => text.includes(form))).map(({ name }) => name),
    ...PATTERNS.filter(([, pattern]) => pattern.test(text)).map(([name]) => name),
  ];
  return found.map((name) => ({ invariant: 8, what: `${name} in ${where}`, ...(contentId && { contentId }) }));
}
