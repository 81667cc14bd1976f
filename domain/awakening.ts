/** A promise that somebody else resolves: who waits for news again and again takes a new one each time. */
export interface Awakening {
  readonly promise: Promise<void>;
  readonly wake: () => void;
}

export const awakening = (): Awakening => {
  let wake: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => (wake = resolve));
  return { promise, wake };
};
