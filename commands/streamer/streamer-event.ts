import { type Lane } from '../../domain/ids.js';
import { type TextProgress } from '../../domain/source-text.js';
import { type Covers } from '../append/source-course.js';
import { type FoundDone } from './dropped-appends.js';
import { type SourceOutcome } from './source-outcome.js';

/** What a streamer tells while it works. */
export type StreamerEvent =
  | { readonly kind: 'lane-claimed'; readonly lane: Lane }
  /** Nothing can be appended just now; the message says why and what helps. Repeated while it lasts. */
  | { readonly kind: 'waiting'; readonly message: string }
  | { readonly kind: 'going-on' }
  /** A large file is looked through for where to split it, before any of it is appended. */
  | { readonly kind: 'splitting'; readonly path: string; readonly progress: TextProgress }
  | {
      readonly kind: 'reading';
      readonly path: string;
      readonly pass: number;
      readonly fromOffset: number;
      /** Which of the ranges of a file, from 1. */
      readonly range?: { readonly number: number; readonly of: number };
    }
  /** Rows stand in the log. Earlier: an answer had been lost, and a repeat found the append done. */
  | ({
      readonly kind: 'appended';
      readonly path: string;
      readonly how: 'applied' | 'applied-earlier';
      readonly segments: number;
      readonly bytes: number;
      readonly progress: TextProgress;
    } & Covers)
  /** Another streamer has the lane or the source: what was in flight is dropped, and reading starts over behind it. */
  | { readonly kind: 'fenced'; readonly path: string; readonly by: 'lane' | 'source' | 'place' }
  /** Of what was dropped, this stands in the log all the same. */
  | ({ readonly kind: 'found-done'; readonly path: string } & FoundDone)
  | {
      readonly kind: 'source-over';
      readonly path: string;
      readonly outcome: SourceOutcome['kind'];
      readonly message: string;
    };

export type Report = (event: StreamerEvent) => void;
