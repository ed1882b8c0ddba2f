#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import module from 'node:module';

// From Node 22 on, compiled code is kept between starts.
module.enableCompileCache?.();

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const { main } = await import('../dist/cli/main.js');

// A reader that closes the pipe early (`| head`) ends nothing.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

process.exitCode = await main(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  uid: process.geteuid?.(),
  version,
});
