import { type GpuStatus } from './address.js';
import { colours } from './scale.js';

/** Colours of the map that come from the style sheet. */
export interface Ink {
  readonly background: string;
  readonly line: string;
  readonly text: string;
  readonly accent: string;
}

export const inkOf = (node: Element): Ink => {
  const style = getComputedStyle(node);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  return {
    background: colour('--panel'),
    line: colour('--faint'),
    text: colour('--muted'),
    accent: colour('--accent'),
  };
};

/** What a cell shows: its status as a shape, its value as a shade. −1 is no value; `other` is a GPU not asked for. */
export interface Look {
  readonly status: GpuStatus | 'other';
  readonly shade: number;
}

type Context = CanvasRenderingContext2D;

const triangle = (context: Context, x: number, y: number, size: number): void => {
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x + size, y + size);
  context.lineTo(x, y + size);
  context.fill();
};

const outline = (context: Context, x: number, y: number, size: number, ink: Ink): void => {
  context.strokeStyle = ink.text;
  context.lineWidth = 1;
  context.strokeRect(x + 0.5, y + 0.5, size - 1, size - 1);
};

const cross = (context: Context, x: number, y: number, size: number): void => {
  context.beginPath();
  context.moveTo(x + 2, y + 2);
  context.lineTo(x + size - 2, y + size - 2);
  context.moveTo(x + size - 2, y + 2);
  context.lineTo(x + 2, y + size - 2);
  context.stroke();
};

const dot = (context: Context, x: number, y: number, size: number, width: number): void => {
  const edge = Math.max(1, Math.round(width));
  const from = Math.floor((size - edge) / 2);
  context.fillRect(x + from, y + from, edge, edge);
};

/**
 * Active is a full square, stale half of one, missing an empty one with a cross; no value is a small dot, and what is
 * not asked for a smaller one.
 */
export const paintCell = (context: Context, x: number, y: number, size: number, look: Look, ink: Ink): void => {
  context.fillStyle = ink.background;
  context.fillRect(x, y, size, size);
  if (look.status === 'missing') {
    outline(context, x, y, size, ink);
    if (size >= 8) cross(context, x, y, size);
    return;
  }
  context.fillStyle = look.shade < 0 || look.status === 'other' ? ink.line : colours[look.shade]!;
  if (look.status === 'other') return dot(context, x, y, size, size / 6);
  if (look.status === 'stale') {
    triangle(context, x, y, size);
    outline(context, x, y, size, ink);
  } else if (look.shade < 0) dot(context, x, y, size, size / 3);
  else context.fillRect(x, y, size, size);
};
