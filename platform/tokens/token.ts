import { createHash, randomBytes } from 'node:crypto';
import type { Right } from '../../contracts/model/rights';

/** So that a scanner of logs and repositories knows one when it sees it. */
const PREFIX = 'rw_';
const RANDOM_BYTES = 32;

/** A new token: 256 random bits. Shown once; only its digest is kept. */
export const newToken = (): string => `${PREFIX}${randomBytes(RANDOM_BYTES).toString('base64url')}`;

/**
 * SHA-256, plain. A slow hash guards what people choose; nobody guesses 256 random bits, however fast each guess is, and
 * a slow one would let strangers keep our cores busy. So tokens must be long and random: see `isStrong`.
 */
export const digestOf = (token: string): Buffer => createHash('sha256').update(token, 'utf8').digest();

const SHAPE = /^[\x21-\x7e]{32,256}$/;
/** 43 random characters of base64 have about 31 different ones, 32 of hex about 14; fewer than 8 were typed. */
const MIN_DIFFERENT = 8;

/** Whether it can be one that nobody guesses. What is shorter opens nothing, whatever digest was filed. */
export const isStrong = (token: string): boolean => SHAPE.test(token) && new Set(token).size >= MIN_DIFFERENT;

/** The line of the token file. */
export const tokenLine = (actor: string, rights: readonly Right[], token: string): string =>
  `${actor} ${rights.join(',')} sha256:${digestOf(token).toString('hex')}`;
