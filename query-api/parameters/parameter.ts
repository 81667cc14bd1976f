import type * as t from 'io-ts';
import { type JsonSchema } from '../schema/json-schema.js';

/** A parameter of a request: the codec that checks it and what the documentation says of it. */
export interface Parameter<A> {
  readonly codec: t.Decoder<unknown, A>;
  /** What it means and its unit, for the documentation. */
  readonly description: string;
  /** What is accepted, for the person who sent something else. */
  readonly accepted: string;
  readonly schema: JsonSchema;
  readonly example?: string;
  /** Other names under which it is understood. */
  readonly aliases?: readonly string[];
}

/** The parameters of an operation by name. */
export type Parameters = Readonly<Record<string, Parameter<unknown>>>;

/** What they came to: absent parameters are undefined. */
export type Values<P extends Parameters> = {
  readonly [K in keyof P]: P[K] extends Parameter<infer A> ? A | undefined : never;
};

/** One parameter that was refused. */
export interface Refusal {
  readonly parameter: string;
  /** What was sent, cut at 200 characters. */
  readonly value: string;
  readonly accepted: string;
  readonly detail: string;
}

const shown = (value: string): string => (value.length > 200 ? `${value.slice(0, 200)}…` : value);

export const refusal = (parameter: string, value: string, accepted: string): Refusal => ({
  parameter,
  value: shown(value),
  accepted,
  detail: `${parameter} was ${JSON.stringify(shown(value))}; accepted: ${accepted}.`,
});
