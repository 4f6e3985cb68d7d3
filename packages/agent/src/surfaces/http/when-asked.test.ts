import { expect, it } from 'vitest';
import { whenAsked } from './when-asked.ts';

const responder = { close: (): void => undefined };

it('makes a responder once, when it is first asked for', async () => {
  let made = 0;
  const asked = whenAsked(async () => {
    made += 1;
    return responder;
  });
  expect(made).toBe(0);
  await Promise.all([asked.get(), asked.get()]);
  expect(made).toBe(1);
});

it('tries again after one that could not be made, and closes with none', async () => {
  let isBroken = true;
  const asked = whenAsked(async () => {
    if (isBroken) throw new TypeError('a library that is not there');
    return responder;
  });
  await expect(asked.get()).rejects.toThrow('not there');
  await asked.close();
  isBroken = false;
  expect(await asked.get()).toBe(responder);
});
