export type Yaml = string | number | boolean | null | readonly Yaml[] | { readonly [name: string]: Yaml };

/** JSON-like data as block YAML; what could be read as anything but its text is quoted as JSON quotes it. */
export const toYaml = (value: Yaml): string => `${lines(value).join('\n')}\n`;

function lines(value: Yaml): string[] {
  if (isList(value)) return value.flatMap((item) => hung('- ', item));
  if (isMap(value)) return Object.entries(value).flatMap(([name, item]) => named(scalar(name), item));
  return [scalar(value)];
}

const isList = (value: Yaml): value is readonly Yaml[] => Array.isArray(value) && value.length > 0;
const isMap = (value: Yaml): value is { readonly [name: string]: Yaml } =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;

const named = (name: string, value: Yaml): string[] =>
  isList(value) || isMap(value)
    ? [`${name}:`, ...lines(value).map((line) => `  ${line}`)]
    : [`${name}: ${scalar(value)}`];

/** The first line behind the mark, the others as far in. */
const hung = (mark: string, value: Yaml): string[] =>
  lines(value).map((line, index) => `${index === 0 ? mark : ' '.repeat(mark.length)}${line}`);

const PLAIN = /^[A-Za-z$][A-Za-z0-9_.$-]*(?: [A-Za-z0-9_.,;()'/-]+)*$/;
/** Words that one or the other version of YAML takes for something else than text. */
const WORDS = /^(?:true|false|null|yes|no|on|off|y|n)$/i;

const scalar = (value: Yaml): string =>
  typeof value === 'string' && PLAIN.test(value) && !WORDS.test(value) ? value : JSON.stringify(value);
