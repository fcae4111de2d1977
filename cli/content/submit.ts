import { Option, type Command } from 'commander';
import { CONTENT_TYPES, RESIDENCIES, type ContentType, type Residency } from '../../contracts/model/status';
import { addExamples } from '../arguments';
import type { Cli } from '../cli';
import { lazy } from '../lazy';
import { printable } from '../render/text';
import type { SubmitInput, Submitted } from '../upload-service';

interface Flags {
  file?: string;
  key?: string;
  session?: string;
  repeat?: true;
  /** false: --no-object. */
  object: boolean;
  creator?: string;
  type?: ContentType;
  residency?: Residency;
}

export function addSubmit(parent: Command, cli: Cli): void {
  const command = parent
    .command('submit')
    .description('Play the upload service: store a raw file and publish media.upload.initiated.')
    .argument('<id>', 'content id')
    .option('--file <path>', 'the file to upload')
    .option('--key <key>', 'object key of the raw file (default: raw/ID/SESSION/NAME)')
    .option('--session <id>', 'upload session id (default: a new one)')
    .option('--repeat', 'publish the very same event of the last upload once more, and store nothing')
    .option('--no-object', 'publish only, as an upload service would that lost the file')
    .option('--creator <id>', 'default: of the content record')
    .addOption(new Option('--type <type>', 'default: of the content record').choices(CONTENT_TYPES))
    .addOption(new Option('--residency <residency>', 'default: of the content record').choices(RESIDENCIES))
    .action(async (id: string, flags: Flags, self: Command) => {
      const { submitUpload, repeatUpload } = lazy.uploadService();
      const deps = cli.operations();
      const done = flags.repeat
        ? await repeatUpload(deps, id, flags.session)
        : await submitUpload(deps, inputOf(id, flags));
      cli
        .output(self)
        .one(done, ({ bold }) => [
          `${bold(id)} ${storedText(done)}`,
          `event ${done.eventId} at ${done.topic} partition ${String(done.partition)} offset ${done.offset}`,
          `next: reelway content watch ${id}`,
        ]);
    });
  addExamples(
    command,
    'reelway content submit bunny --file clip.mp4',
    'reelway content submit bunny --repeat',
    'reelway content submit ghost --no-object --creator anna --type VIDEO --residency GLOBAL',
  );
}

const storedText = ({ bytes, rawKey }: Submitted): string =>
  bytes === null ? `announced with ${printable(rawKey)}` : `stored ${String(bytes)} bytes as ${printable(rawKey)}`;

function inputOf(contentId: string, flags: Flags): SubmitInput {
  const { file, key, session, object, creator, type, residency } = flags;
  return {
    contentId,
    noObject: !object,
    ...(file !== undefined && { file }),
    ...(key !== undefined && { rawKey: key }),
    ...(session !== undefined && { session }),
    ...(creator !== undefined && { creatorId: creator }),
    ...(type && { contentType: type }),
    ...(residency && { residency }),
  };
}
