/**
 * What the page adds to its own tables: search, filter, sorting. It reads only what is on the page. A report may be linked
 * to as `report.html#q=KEY_REFUSED&sort=-ms`, one of several imports with `in=PLACE&` before it.
 */
export const pageScript = String.raw`
'use strict';
for (const section of document.querySelectorAll('.keys')) {
  const [search, which] = section.querySelectorAll('input, select');
  const told = section.querySelector('output');
  const body = section.querySelector('tbody');
  const heads = [...section.querySelectorAll('th')];
  const rows = [...body.rows].map((row) => ({ row, text: '', cells: row.cells }));
  const number = new Intl.NumberFormat('en-US');
  const collator = new Intl.Collator('en', { numeric: true });

  const textOf = (each) => (each.text ||= each.row.textContent.toLowerCase());
  const show = () => {
    const words = search.value.toLowerCase().replaceAll('sha256:', '').split(/\s+/).filter(Boolean);
    const chosen = which.value.replace(/ \([\d,]+\)$/, '');
    let count = 0;
    for (const each of rows) {
      const fits = chosen === '' || (chosen === '!' ? /^[bu]$/.test(each.row.className) : each.cells[3].textContent === chosen);
      const seen = fits && words.every((word) => textOf(each).includes(word));
      each.row.hidden = !seen;
      if (seen) count += 1;
    }
    told.value = count === rows.length ? number.format(count) + ' rows' : number.format(count) + ' of ' + number.format(rows.length);
  };

  const valueOf = (each, column) => each.cells[column].textContent;
  const sort = (column, down) => {
    const numeric = heads[column].dataset.numeric !== undefined;
    const value = (each) => (numeric ? Number(valueOf(each, column).replaceAll(',', '') || -1) : valueOf(each, column));
    const order = rows.map((each) => [value(each), each]);
    // What has no value stands last, whichever way the rest is sorted.
    const empty = (given) => given === '' || given === -1;
    order.sort(([a], [b]) =>
      empty(a) || empty(b) ? empty(a) - empty(b) : (numeric ? a - b : collator.compare(a, b)) * (down ? -1 : 1));
    body.append(...order.map(([, { row }]) => row));
    heads.forEach((head, index) => {
      if (index === column) head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      else head.removeAttribute('aria-sort');
    });
  };

  heads.forEach((head, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = head.textContent;
    if (/^(Line|Tries|ms)$/.test(head.textContent)) head.dataset.numeric = '';
    head.replaceChildren(button);
    button.addEventListener('click', () => {
      const now = head.getAttribute('aria-sort');
      sort(column, now === null ? column >= 5 && column <= 6 : now === 'ascending');
    });
  });

  let waiting = 0;
  search.addEventListener('input', () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(show);
  });
  which.addEventListener('change', show);
  section.querySelector('form').addEventListener('submit', (event) => event.preventDefault());

  // What the address asks of this table; nothing where it asks another, or names a place.
  const asked = (name) => {
    const words = new URLSearchParams(location.hash.slice(1));
    const place = words.get('in');
    return place === null || place === section.closest('article')?.id ? words.get(name) : null;
  };
  search.value = asked('q') ?? '';
  // A code that is followed shows its keys.
  addEventListener('hashchange', () => {
    const words = asked('q');
    if (words === null) return;
    search.value = words;
    which.value = '';
    show();
    section.scrollIntoView();
  });
  const by = asked('sort') ?? '';
  const column = heads.findIndex((head) => head.textContent.toLowerCase() === by.replace(/^-/, '').toLowerCase());
  if (column >= 0) sort(column, by.startsWith('-'));
  show();
  section.querySelector('form').hidden = false;
}
`;
