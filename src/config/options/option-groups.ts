/** Commands that take what an import is asked with. */
export const imports = ['import', 'plan', 'config show'] as const;

/** Commands that look after a provider. */
export const ofProvider = ['status', 'probe', 'remove', 'connect'] as const;

/** Commands that do the same at each unit of a fleet. */
export const onFleet = [...imports, 'status', 'probe', 'remove', 'revoke', 'doctor'] as const;

/** Commands that do nothing without a host. */
export const onHost = [...imports, ...ofProvider, 'revoke', 'doctor', 'resume', 'rollback'] as const;

/** Why options may not stand in a configuration file. */
export const agrees = 'nothing but the command itself agrees to anything';
export const ofOne = 'it is a matter of each command';
