import fc from 'fast-check';

// The suite is the same in every run; the sweeps by hand look further each time.
if (process.env['RELAY_SWEEP'] !== '1') fc.configureGlobal({ seed: 20_261_121 });
