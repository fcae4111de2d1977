export interface TrialInput {
  /** A clip for the commands; a path that works from the project directory. */
  readonly clip: string;
  /** The content that the demo published. */
  readonly contentId: string;
  /** What makes the ids below new in every session. */
  readonly suffix: string;
}

/** Command lines of `reelway` that show one thing together, in their order. */
export interface Trial {
  readonly about: string;
  readonly commands: readonly string[];
}

/** Of one creator all along: the same clip of another one is held as a duplicate. */
const RECORD = '--creator anna --type VIDEO --residency GLOBAL';

export const trialsOf = ({ clip, contentId, suffix }: TrialInput): Trial[] => [
  {
    about: 'A clip without a title breaks the publish stage. Register it, then retry.',
    commands: parkAndRetry(`untitled-${suffix}`, clip),
  },
  {
    about: 'An abusive title is flagged and waits for a decision.',
    commands: flagAndDecide(`rude-${suffix}`, clip),
  },
  {
    about: 'The same upload event once more starts nothing; "events heard" counts it as a repeat.',
    commands: [`content submit ${contentId} --repeat`, `content show ${contentId}`, `content explain ${contentId}`],
  },
  {
    about: 'Everything there is.',
    commands: ['content list', 'queues', 'dlq list', 'topics check', 'doctor', '--help'],
  },
];

const parkAndRetry = (id: string, clip: string): string[] => [
  `content submit ${id} --file ${clip} ${RECORD}`,
  `content watch ${id} --until PARKED`,
  `content register ${id} ${RECORD} --title "Bikes"`,
  `content retry ${id} --reason "it has a title now"`,
  `content watch ${id}`,
];

const flagAndDecide = (id: string, clip: string): string[] => [
  `content register ${id} ${RECORD} --title "Off the road, you bastard"`,
  `content submit ${id} --file ${clip}`,
  `content watch ${id} --until AWAITING_REVIEW`,
  `content decide ${id} AGE_GATED --reason "harsh, but harmless"`,
  `content watch ${id}`,
];
