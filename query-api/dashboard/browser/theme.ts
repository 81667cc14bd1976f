/** Light, dark, or as the system has it. Kept in this browser. */
export type Theme = 'system' | 'light' | 'dark';

const key = 'gpu-telemetry-theme';
const order: readonly Theme[] = ['system', 'light', 'dark'];

const kept = (): Theme => order.find((theme) => theme === localStorage.getItem(key)) ?? 'system';

const show = (theme: Theme): void => {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
};

/** Shows the theme that was chosen last. */
export const applyTheme = (): Theme => {
  const theme = kept();
  show(theme);
  return theme;
};

/** The next one in turn. */
export const turnTheme = (): Theme => {
  const theme = order[(order.indexOf(kept()) + 1) % order.length]!;
  localStorage.setItem(key, theme);
  show(theme);
  return theme;
};

/** Told whenever the system's own choice changes. */
export const onSystemTheme = (changed: () => void): void =>
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', changed);
