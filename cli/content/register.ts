import { Option, type Command } from 'commander';
import { readFileSync } from 'node:fs';
import { ReelwayError } from '../../contracts/model/errors';
import { CONTENT_TYPES, RESIDENCIES } from '../../contracts/model/status';
import type { ContentRecordInput } from '../../contracts/schema/record';
import { addExamples, collect } from '../arguments';
import type { Cli } from '../cli';
import { printable } from '../render/text';

interface Flags {
  creator?: string;
  title?: string;
  type?: string;
  residency?: string;
  description?: string;
  category: string[];
  tag: string[];
  language?: string;
  file?: string;
}

export function addRegister(parent: Command, cli: Cli): void {
  const command = parent
    .command('register')
    .description('Write the record of a content; again before its publication: change it.')
    .argument('<id>', 'content id: 1 to 128 of A-Z a-z 0-9 . _ : -')
    .option('--creator <id>', 'who made it')
    .option('--title <text>', 'what viewers read')
    .addOption(new Option('--type <type>', 'what it is').choices(CONTENT_TYPES))
    .addOption(new Option('--residency <residency>', 'where its bytes may be kept').choices(RESIDENCIES))
    .option('--description <text>', 'what it is about')
    .option('--category <name>', 'may be given several times', collect, [])
    .option('--tag <name>', 'may be given several times', collect, [])
    .option('--language <tag>', 'BCP-47, such as en or pt-BR')
    .option('--file <json>', 'read the fields from a JSON file ("-": stdin); flags win over it')
    .action(async (id: string, flags: Flags, self: Command) => {
      const client = cli.client();
      const done = await client.register(recordOf(id, flags));
      cli
        .output(self)
        .one(done, ({ bold }) => [
          `${bold(done.contentId)} ${done.outcome}: “${printable(done.title ?? '')}”, ${done.status}, version ${String(done.metadataVersion)}`,
        ]);
    });
  addExamples(
    command,
    'reelway content register bunny --creator anna --title "Big Buck Bunny" --type VIDEO --residency GLOBAL',
    'reelway content register bunny --file record.json --title "Another title"',
  );
}

/** The schema behind the client says what is missing; here only absent flags are left out. */
function recordOf(contentId: string, flags: Flags): ContentRecordInput {
  const given = {
    creatorId: flags.creator,
    title: flags.title,
    contentType: flags.type,
    residency: flags.residency,
    description: flags.description,
    categories: flags.category.length > 0 ? flags.category : undefined,
    tags: flags.tag.length > 0 ? flags.tag : undefined,
    language: flags.language,
  };
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { ...(flags.file === undefined ? {} : readRecord(flags.file)), ...set, contentId } as ContentRecordInput;
}

const STDIN = 0;

function readRecord(path: string): object {
  try {
    const value: unknown = JSON.parse(readFileSync(path === '-' ? STDIN : path, 'utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch (cause) {
    throw new ReelwayError('USAGE', `--file ${path} could not be read as JSON.`, { cause });
  }
  throw new ReelwayError('USAGE', `--file ${path} does not hold a JSON object.`);
}
