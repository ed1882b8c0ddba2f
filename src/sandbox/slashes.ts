/** Whether a route of an app answers that method and path. */
export function routeTable(app: { routes: readonly { method: string; path: string }[] }) {
  const routes = app.routes
    .filter((route) => route.method !== 'ALL')
    .map((route) => ({ method: route.method, pattern: new RegExp(`^${route.path.replaceAll(/:[^/]+/g, '[^/]+')}$`) }));
  return (method: string, path: string) => routes.some((route) => route.method === method && route.pattern.test(path));
}

/** Sends a client to a path with or without its last slash, as the router of both hosts does. */
export function redirectTo(request: { method: string; url: string }, target: string): Response {
  const location = target + new URL(request.url).search;
  if (request.method !== 'GET') return new Response(null, { status: 307, headers: { location } });
  const body = `<a href="${location}">Moved Permanently</a>.\n\n`;
  return new Response(body, { status: 301, headers: { location, 'content-type': 'text/html; charset=utf-8' } });
}
