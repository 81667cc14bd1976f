import { ranges } from './address.js';
import { element } from './element.js';
import { type PageContext } from './page-context.js';

/** The choice of how far back charts reach. */
export const rangeChoice = ({
  address,
  go,
}: PageContext): { readonly root: HTMLElement; readonly show: () => void } => {
  const choices = ranges.map((range) => ({
    range,
    button: element('button', { type: 'button', click: () => go({ range }, 'replace') }, range),
  }));
  const root = element(
    'div',
    { class: 'segments', role: 'group', 'aria-label': 'Time range' },
    ...choices.map(({ button }) => button),
  );
  const show = (): void => {
    for (const { range, button } of choices) button.setAttribute('aria-pressed', String(address().range === range));
  };
  show();
  return { root, show };
};
