import type { EventUnit, NamedEvent, RunEvent } from '../../core/run-event.ts';
import type { Show } from './progress.ts';

/** Where work tells what happens. */
export interface Events {
  readonly emit: (event: RunEvent) => void;
  /** The stages that have ended. */
  readonly stages: { name: string; startedAt: number; durationMs: number }[];
  /** Resolves when everything emitted so far is shown. */
  idle: () => Promise<void>;
}

/** Hands events to the view one after the other, and keeps the times of the stages. */
export class EventQueue implements Events {
  readonly stages: Events['stages'] = [];
  readonly emit: (event: NamedEvent) => void;
  #tail: Promise<void> = Promise.resolve();

  constructor(show: Show) {
    this.emit = (event) => {
      noteStage(event, this.stages);
      this.#tail = this.#tail.then(() => show(event));
    };
  }

  idle(): Promise<void> {
    return this.#tail;
  }
}

/** The events of one of several units: they name it, and the stages are its own. */
export function eventsOf(unit: EventUnit, queue: EventQueue): Events {
  const stages: Events['stages'] = [];
  return {
    stages,
    emit: (event) => {
      noteStage(event, stages);
      queue.emit({ ...event, unit });
    },
    idle: () => queue.idle(),
  };
}

function noteStage(event: RunEvent, stages: Events['stages']): void {
  if (event.type === 'stage-finished')
    stages.push({ name: event.stage, startedAt: Date.now() - event.ms, durationMs: event.ms });
}
