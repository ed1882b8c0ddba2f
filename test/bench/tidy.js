/** Takes what a bench has made off a sub2api host, by its names: accounts, then what they serve in. */
export async function tidy(url, adminKey, isOurs) {
  const headers = { 'x-api-key': adminKey };
  for (const path of ['accounts', 'payment/plans', 'channels', 'groups']) {
    const base = `${url}/api/v1/admin/${path}`;
    const { data } = await (await fetch(`${base}?page=1&page_size=1000`, { headers })).json();
    for (const { id, name } of data.items ?? data)
      if (isOurs(name)) await fetch(`${base}/${id}`, { method: 'DELETE', headers });
  }
}
