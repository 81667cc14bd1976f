import * as t from 'io-ts';
import { type Role } from './announcement.js';

/** The roles that run in any number of copies. */
export const ScalableRole = t.keyof({ streamer: null, collector: null, gateway: null });
export type ScalableRole = t.TypeOf<typeof ScalableRole>;

export const scalableRoles = ['streamer', 'collector', 'gateway'] as const satisfies readonly ScalableRole[];

/** The most copies of a role that one supervisor runs. */
export const mostCopies = 10;

/** The fewest that a running system is scaled to: it can do without reading more, not without folding and serving. */
export const fewestCopies: Readonly<Record<ScalableRole, number>> = { streamer: 0, collector: 1, gateway: 1 };

/** How many copies of a role are wanted; a role that is not named stays as it is. */
export const Copies = t.partial({ streamer: t.number, collector: t.number, gateway: t.number });
export type Copies = t.TypeOf<typeof Copies>;

/** The name of one copy, the first being number 1. */
export const copyName = (role: Role, number: number): string => `${role}-${String(number)}`;

/** How many copies of each role there are among these processes. */
export const countCopies = (processes: readonly { readonly role: Role }[]): Required<Copies> => {
  const count = (role: ScalableRole): number => processes.filter((process) => process.role === role).length;
  return { streamer: count('streamer'), collector: count('collector'), gateway: count('gateway') };
};
