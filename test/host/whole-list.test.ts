import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { listAll } from '../../src/host/sub2api/api/admin-client.ts';
import { wholeList } from '../../src/host/sub2api/api/whole-list.ts';
import type { ApiClient } from '../../src/host/http/api-client.ts';
import { quickClock } from '../support/clocks.ts';
import { pagedHost, pageOf, type AskedPage, type ToldPage } from '../support/paged-host.ts';
import { closeServers } from '../support/small-server.ts';

afterEach(closeServers);

const item = z.object({ id: z.int() });
const byId = { sort_by: 'id', sort_order: 'asc' };
const sorted = (client: ApiClient) => listAll(client, '/list', item, byId);
const byAge = (client: ApiClient) => listAll(client, '/list', item);

/** So many ids, from 1. */
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

describe('a list that stays as it is', () => {
  it.each([
    [0, ['1/1000']],
    [1, ['1/1000']],
    [1000, ['1/1000']],
    [1001, ['1/1000', '2/1000', '1000/1']],
    [3000, ['1/1000', '2/1000', '3/1000', '1000/1', '2000/1']],
  ])('of %d items is read once, and its borders are looked at', async (count, requests) => {
    const { client, asked } = await pagedHost((page) => pageOf(upTo(count), page));
    expect((await sorted(client)).map(({ id }) => id)).toEqual(upTo(count));
    expect(asked).toEqual(requests);
  });

  it.each([
    [0, 1],
    [999, 1],
    [1000, 2],
    [1001, 4],
  ])('of %d items that is not sorted by id takes %d requests', async (count, requests) => {
    const { client, asked } = await pagedHost((page) => pageOf(upTo(count).toReversed(), page));
    expect((await byAge(client)).map(({ id }) => id)).toEqual(upTo(count).toReversed());
    expect(asked).toHaveLength(requests);
  });

  it('is read twice where the host sorts it otherwise than it was asked', async () => {
    const { client, asked } = await pagedHost((page) => pageOf(upTo(1001).toReversed(), page));
    expect(await sorted(client)).toHaveLength(1001);
    expect(asked).toEqual(['1/1000', '2/1000', '1/1000', '2/1000']);
  });
});

it('a page is asked for once the one before has come, and before that is read', async () => {
  const did: string[] = [];
  const rows = upTo(2500).map((id) => ({ id }));
  const list = {
    path: '/list',
    sortedById: true,
    ask: async (page: number, size: number) => {
      const items = rows.slice((page - 1) * size, page * size);
      did.push(`ask ${page}`);
      await Promise.resolve();
      did.push(`get ${page}`);
      const read = () => {
        did.push(`read ${page}`);
        return items;
      };
      return { total: rows.length, count: items.length, read };
    },
    pause: () => Promise.resolve(),
  };
  expect(await wholeList(list)).toEqual(rows);
  const pages = ['ask 1', 'get 1', 'ask 2', 'get 2', 'read 1', 'ask 3', 'get 3', 'read 2', 'read 3'];
  expect(did.slice(0, pages.length)).toEqual(pages);
});

describe('a list that changes while it is read', () => {
  const goes = (rows: number[], id: number) => void rows.splice(rows.indexOf(id), 1);

  // What happens right before the request with this number, from 1; then nothing any more.
  it.each<[string, number, (rows: number[]) => void]>([
    ['loses one and gains one between its pages', 2, (rows) => (goes(rows, 7), rows.push(9001))],
    ['loses one and gains one before its last page', 3, (rows) => (goes(rows, 1007), rows.push(9001))],
    ['loses one behind its last page', 4, (rows) => goes(rows, 7)],
    ['loses one while its borders are looked at', 5, (rows) => goes(rows, 7)],
    ['gains one', 2, (rows) => rows.push(9001)],
    ['loses one', 2, (rows) => goes(rows, 7)],
    ['loses all', 2, (rows) => void rows.splice(0)],
    ['loses a page', 3, (rows) => void rows.splice(0, 1000)],
  ])('and %s is read again', async (_, at, happens) => {
    const rows = upTo(2500);
    const clock = quickClock();
    const { client } = await pagedHost((page) => {
      if (page.before === at - 1) happens(rows);
      return pageOf(rows, page);
    }, clock);
    expect((await sorted(client)).map(({ id }) => id)).toEqual(rows);
    expect(clock.pauses).toEqual([200]);
  });

  it('only behind its borders is as it was a moment ago', async () => {
    const rows = upTo(1500);
    const { client, asked } = await pagedHost((page) => {
      if (page.before === 2) goes(rows, 1400);
      return pageOf(rows, page);
    });
    expect(await sorted(client)).toHaveLength(1500);
    expect(asked).toHaveLength(3);
  });

  it('and is sorted by age is read until two readings agree', async () => {
    const rows = upTo(1500).toReversed();
    const { client, asked } = await pagedHost((page) => {
      if (page.before === 1) goes(rows, 1400);
      // A newcomer puts the border back to where it was read.
      if (page.before === 2) rows.unshift(9001);
      return pageOf(rows, page);
    });
    expect((await byAge(client)).map(({ id }) => id)).toEqual(rows);
    expect(asked).toHaveLength(2 + 4);
  });
});

describe('a list that is never whole is refused', () => {
  const full = upTo(1000);

  it.each<[string, number, (page: AskedPage) => ToldPage]>([
    ['promised 2 items and showed 1', 4, () => ({ ids: [1], total: 2 })],
    ['promised 2 items and showed 0', 4, () => ({ ids: [], total: 2 })],
    ['showed the item 1 twice', 4, () => ({ ids: [1, 1], total: 2 })],
    ['showed the item 1 twice', 8, () => ({ ids: full, total: 1001 })],
    ['showed the item 1000 twice', 8, ({ page }) => ({ ids: page === 1 ? full : [1000], total: 1001 })],
    ['promised 1001 items and showed 1000', 8, ({ page }) => ({ ids: page === 1 ? full : [], total: 1001 })],
    ['and 1002 on page 2', 8, ({ page }) => ({ ids: full.map((id) => id + page * 1000), total: 1000 + page })],
    ['its page 1 had 1001 items', 4, () => ({ ids: upTo(1001), total: 1001 })],
    [
      'its items moved',
      12,
      ({ page, size }) => (size === 1 ? { ids: [999], total: 1001 } : pageOf(upTo(1001), { page, size, before: 0 })),
    ],
    ['its items moved', 12, (page) => (page.size === 1 ? { ids: [], total: 3 } : pageOf(upTo(1001), page))],
  ])('%s, after %d requests', async (why, requests, tell) => {
    const clock = quickClock();
    const { client, asked } = await pagedHost(tell, clock);
    await expect(sorted(client)).rejects.toMatchObject({
      code: 'HOST_REPLY_UNEXPECTED',
      exitCode: 3,
      delivery: 'not_applied',
      message: expect.stringContaining(why) as unknown,
    });
    expect(asked).toHaveLength(requests);
    expect(clock.pauses).toEqual([200, 1000, 3000]);
  });

  it('it held other items a moment later, each time', async () => {
    const { client, asked } = await pagedHost(({ page, before }) => ({
      ids: page === 1 ? upTo(1000).toReversed() : [5000 + before],
      total: 1001,
    }));
    await expect(byAge(client)).rejects.toMatchObject({ code: 'HOST_REPLY_UNEXPECTED' });
    expect(asked).toHaveLength(4 * 4);
  });

  it.each<[string, string[], (page: AskedPage) => ToldPage]>([
    ['it promises 1000001 items', ['1/1000'], () => ({ ids: full, total: 1_000_001 })],
    ['got page 1 of 20', ['1/1000'], () => ({ ids: [1], total: 1, size: 20 })],
    [
      'asked for page 2 of 1000, got page 1',
      ['1/1000', '2/1000'],
      ({ page }) => ({ ids: full.map((id) => id + page * 1000), total: 1001, page: 1 }),
    ],
    [
      'asked for page 1000 of 1, got page 1000 of 20',
      ['1/1000', '2/1000', '1000/1'],
      (page) => ({ ...pageOf(upTo(1001), page), size: page.size === 1 ? 20 : page.size }),
    ],
  ])('at once: %s', async (why, requests, tell) => {
    const clock = quickClock();
    const { client, asked } = await pagedHost(tell, clock);
    await expect(sorted(client)).rejects.toMatchObject({
      code: 'HOST_REPLY_UNEXPECTED',
      message: expect.stringContaining(why) as unknown,
    });
    expect(asked).toEqual(requests);
    expect(clock.pauses).toEqual([]);
  });
});
