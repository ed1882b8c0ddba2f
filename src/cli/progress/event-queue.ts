import type { RunEvent } from '../../core/run-event.ts';
import type { Show } from './progress.ts';

/** Hands events to the view one after the other, and keeps the times of the stages. */
export class EventQueue {
  readonly stages: { name: string; startedAt: number; durationMs: number }[] = [];
  readonly emit: (event: RunEvent) => void;
  #tail: Promise<void> = Promise.resolve();

  constructor(show: Show) {
    this.emit = (event) => {
      if (event.type === 'stage-finished') {
        this.stages.push({ name: event.stage, startedAt: Date.now() - event.ms, durationMs: event.ms });
      }
      this.#tail = this.#tail.then(() => show(event));
    };
  }

  /** Resolves when everything emitted so far is shown. */
  idle(): Promise<void> {
    return this.#tail;
  }
}
