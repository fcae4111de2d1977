import type { ErrorRow } from './row';

/** The upload itself is bad: the item waits for a new upload, no operator attention. */
export const CREATOR = {
  SOURCE_EMPTY: { title: 'The uploaded file has no bytes.', hint: 'Upload the file again.' },
  SOURCE_UNREADABLE: {
    title: 'The uploaded file is not a media container we read.',
    hint: 'Upload MP4, MOV, Matroska, WebM, MPEG-TS, AVI, FLV, ASF, MP3, WAV, FLAC, Ogg or AAC.',
  },
  SOURCE_TRUNCATED: {
    title: 'The uploaded file ends before its declared duration.',
    hint: 'Upload the complete file again.',
  },
  SOURCE_CORRUPT: {
    title: 'The uploaded file has damaged media data.',
    hint: 'Export the file again and upload it.',
  },
  SOURCE_WRONG_TYPE: {
    title: 'The uploaded file does not hold what its content type promises.',
    hint: 'Upload a file with a video stream for VIDEO, with sound for AUDIO.',
  },
  SOURCE_OVER_LIMIT: {
    title: 'The uploaded file is over a limit (bytes, pixels, duration or streams).',
    hint: 'Upload a smaller file, or ask an admin to raise the limit.',
  },
  EDIT_REQUESTED: {
    title: 'A reviewer asked the creator for an edited upload.',
    hint: 'Upload an edited file under the same content id.',
  },
  EDIT_EXPIRED: {
    title: 'No new upload came in the time given for it.',
    hint: 'Register a new content record and upload again.',
  },
} as const satisfies Record<string, ErrorRow>;
