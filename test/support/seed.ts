import fc from 'fast-check';
import { sweeping } from './sweep.ts';

// The suite is the same in every run; the sweeps by hand look further each time.
if (!sweeping) fc.configureGlobal({ seed: 20_261_121 });
