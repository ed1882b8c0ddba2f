import type { Host, HostApp } from '../host.ts';
export function addGatewayRoutes(_app: HostApp, _host: Host): void {}
