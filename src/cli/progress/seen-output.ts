import { ProcessOutput } from 'listr2';

/**
 * The terminal as listr2 takes it for itself, but for the cursor, which stays seen: hidden, it would be so for good after
 * an end that nobody can catch, such as `kill -9`.
 */
export class SeenOutput extends ProcessOutput {
  override hijack(): void {
    for (const stream of Object.values(this.stream)) stream.hijack();
    this.active = true;
  }
}
