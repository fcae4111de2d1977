import { z } from 'zod';
import {
  audioTracks,
  cdnPath,
  contentId,
  contentType,
  id,
  line,
  objectKey,
  renditions,
  residency,
  runningText,
} from '../fields';
import { MAX_CATEGORIES, MAX_CATEGORY_LENGTH, MAX_COMMAND_REASON, MAX_TITLE_LENGTH } from '../limits';

export const uploadInitiated = z.object({
  upload_session_id: id,
  content_id: contentId,
  creator_id: id,
  s3_raw_key: objectKey,
  residency,
  content_type: contentType,
});

/** AUDIO has renditions [], silent VIDEO has audio_tracks []; both empty would be nothing at all. */
export const transcoded = z
  .object({
    content_id: contentId,
    renditions,
    audio_tracks: audioTracks,
    duration_seconds: z.int().min(1),
  })
  .refine((made) => made.renditions.length + made.audio_tracks.length > 0, {
    path: ['renditions'],
    message: 'must not be empty together with audio_tracks',
  });

export const drmPackaged = z.object({
  content_id: contentId,
  hls_manifest_url: cdnPath,
  dash_manifest_url: cdnPath,
  cek_id: id,
});

/** age_gated is an addition of ours: true, or absent. */
export const published = z.object({
  content_id: contentId,
  creator_id: id,
  title: line(MAX_TITLE_LENGTH),
  content_type: contentType,
  categories: z.array(line(MAX_CATEGORY_LENGTH)).max(MAX_CATEGORIES),
  residency,
  age_gated: z.boolean().optional(),
});

/** It is not visible any more. reason: in the words of whoever took it down. */
export const unpublished = z.object({ content_id: contentId, creator_id: id, reason: runningText(MAX_COMMAND_REASON) });
