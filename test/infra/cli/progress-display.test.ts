import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { progressDisplay } from '../../../infra/cli/progress-display.js';
import { eventually } from '../../support/eventually.js';

const none = () => assert.fail('a bar has no lines');

describe('progress without a terminal', () => {
  it('is a line every five seconds, with a percentage where the whole is known', () => {
    const lines: string[] = [];
    let now = 1_000;
    const display = progressDisplay(
      false,
      (line) => void lines.push(line),
      () => now,
    );
    const show = (at: number, done: number, total: number | undefined) => {
      now = at;
      display.show({ done, total, text: `${String(done)} rows` });
    };
    show(1_000, 1, 8);
    show(5_999, 2, 8);
    show(6_000, 3, 8);
    show(10_999, 4, 8);
    show(11_000, 5, undefined);
    show(16_000, 0, 0);
    display.say('a line for people');
    display.end();
    assert.deepEqual(lines, ['37 % 3 rows', '5 rows', '0 rows', 'a line for people']);
  });
});

describe('progress on a terminal', () => {
  it('is a bar with percentage and text that goes on, clears itself away, and lets lines through', async () => {
    const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 120 });
    let text = '';
    terminal.setEncoding('utf8').on('data', (more: string) => (text += more));
    const display = progressDisplay(true, none, undefined, terminal as unknown as NodeJS.WriteStream);
    display.say('before there is a bar');
    display.show({ done: 1, total: 4, text: '1 of 4 partitions' });
    await eventually('the bar is drawn', () => / 25 % \| 1 of 4 partitions \| .* left/.test(text));
    display.say('beside the bar');
    // What is to be done may grow while it is done.
    display.show({ done: 4, total: 8, text: '2 of 4 partitions' });
    await eventually('it goes on', () => / 50 % \| 2 of 4 partitions/.test(text));
    display.end();
    await eventually('the cursor is given back', () => text.includes('\u001b[?25h'));
    assert.match(text, /before there is a bar\n/);
    assert.match(text, /beside the bar\n/);
    assert.ok(text.lastIndexOf('\u001b[0J') > text.lastIndexOf(' 50 %'), 'it is cleared away');
  });
});
